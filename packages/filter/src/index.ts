export { parseFilter } from './parse-filter.ts';
export type { ComparisonNode, GroupNode, OperandNode } from './ast.ts';
export type { FilterAuth, FilterRequest, ResolveContext } from './context.ts';
export { MAX_FILTER_LENGTH, Resolution, resolveFilter, resolveSort } from './resolution.ts';
export type { ExpressionOptions } from './resolution.ts';
export { bindFilter } from './bind-filter.ts';
export { parseFields, pickFields } from './fields.ts';
export type { FieldSelection } from './fields.ts';
