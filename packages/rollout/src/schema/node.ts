import type { Rule } from './rule.ts';

/** The part of JSON Schema the spec is written in. */
export interface SchemaNode {
  type?: string;
  title?: string;
  description?: string;
  enum?: string[];
  /** values that mean something, where others are accepted */
  examples?: string[];
  properties?: Record<string, SchemaNode>;
  required?: string[];
  patternProperties?: Record<string, SchemaNode>;
  maxProperties?: number;
  items?: SchemaNode;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  hint?: string;
  minimum?: number;
  maximum?: number;
  'x-kubernetes-int-or-string'?: boolean;
  rules?: Rule[];
}
