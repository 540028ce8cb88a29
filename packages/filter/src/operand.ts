import type { Expression, Operand } from '@davit/domain';
import type { OperandNode } from './ast.ts';
import { AppError } from '@davit/domain';
import { invalid } from './failure.ts';
import { evaluateMacro } from './macro.ts';
import { resolvePath } from './path.ts';
import type { ResolvedOperand, Scope } from './scope.ts';

/** A side of a comparison, or an argument of a function. */
export function resolveOperand(node: OperandNode, scope: Scope): ResolvedOperand {
  switch (node.kind) {
    case 'text':
    case 'number':
      return { expression: { kind: 'value', value: node.value } };
    case 'identifier':
      return resolveIdentifier(node.name, scope);
    case 'function':
      if (node.name === 'geoDistance') return resolveGeoDistance(node.args, scope);
      if (node.name === 'strftime') return resolveStrftime(node.args, scope);
      throw invalid(`unknown function "${node.name}"`);
  }
}

const LITERALS: Readonly<Record<string, number | null>> = { null: null, true: 1, false: 0 };

function resolveIdentifier(name: string, scope: Scope): ResolvedOperand {
  const macro = evaluateMacro(name, scope.context.now);
  if (macro !== undefined) return { expression: { kind: 'value', value: macro } };
  try {
    return resolvePath(name, scope);
  } catch (error) {
    // a real field called "null" or "true" wins over the literal
    const value = LITERALS[name.toLowerCase()];
    if (value === undefined || !AppError.is(error, 'invalid')) throw error;
    return { expression: { kind: 'value', value } };
  }
}

/** Complaints about it begin with `label`. */
function resolveArgument(label: string, node: OperandNode, scope: Scope): ResolvedOperand {
  try {
    return resolveOperand(node, scope);
  } catch (error) {
    if (!AppError.is(error, 'invalid')) throw error;
    throw invalid(`${label}: ${error.message}`);
  }
}

function resolveGeoDistance(nodes: OperandNode[], scope: Scope): ResolvedOperand {
  if (nodes.length !== 4) {
    throw invalid(`[geoDistance] expected 4 arguments, got ${nodes.length}`);
  }
  const odd = nodes.findIndex(({ kind }) => kind !== 'identifier' && kind !== 'number');
  if (odd >= 0) {
    throw invalid(`[geoDistance] argument ${odd} must be an identifier or number`);
  }
  const operands = nodes.map((node, index) =>
    resolveArgument(`[geoDistance] failed to resolve argument ${index}`, node, scope),
  );
  const args = operands.map(({ expression }) => expression);
  const guard = operands.find((operand) => operand.guard)?.guard;
  const expression: Expression = { kind: 'call', name: 'geoDistance', args };
  return { expression, exact: true, ...(guard && { guard }) };
}

function resolveStrftime(nodes: OperandNode[], scope: Scope): ResolvedOperand {
  const [format, time, ...modifiers] = nodes;
  if (!format) throw invalid('[strftime] expected at least 1 arguments, got 0');
  if (nodes.length > 10) {
    throw invalid(`[strftime] too many arguments (max allowed 10, got ${nodes.length})`);
  }
  if (format.kind !== 'text') {
    throw invalid('[strftime] expects the first argument to be a format string');
  }
  if (time?.kind === 'function') {
    throw invalid('[strftime] expects the second argument to be of a valid time-value type');
  }
  const operands = [format, ...(time ? [time] : [])].map((node) =>
    resolveArgument('[strftime] failed to resolve time-value argument', node, scope),
  );
  const odd = modifiers.findIndex(({ kind }) => kind !== 'text');
  if (odd >= 0) throw invalid(`[strftime] invalid modifier argument ${odd} - can be only string`);
  operands.push(...modifiers.map((node) => resolveOperand(node, scope)));
  const { multi, guard } = operands[1] ?? {};
  const call = (at: Expression | undefined): Expression => {
    const args = operands.map(({ expression }, index) => (index === 1 && at ? at : expression));
    return { kind: 'call', name: 'strftime', args };
  };
  return {
    expression: call(undefined),
    ...(multi && { multi: { ...multi, expression: call(multi.expression) } }),
    ...(guard && { guard }),
  };
}

/** What is left of an operand once its guard is placed. */
export function withoutGuard({ expression, exact, multi }: ResolvedOperand): Operand {
  return {
    expression,
    ...(exact !== undefined && { exact }),
    ...(multi !== undefined && { multi }),
  };
}
