import ts from 'typescript';

const OFF = new Set(['skip', 'todo', 'fails']);

/** Titles of the tests in a source file that run, or would where what they need is there: none in comments, none skipped. */
export function testTitles(source: string): Set<string> {
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const words = wordsOf(node.expression);
      if (['describe', 'test', 'it'].includes(words[0] ?? '')) {
        // nothing inside runs either
        if (words.some((word) => OFF.has(word))) return;
        const [title] = node.arguments;
        if (words[0] !== 'describe' && title && ts.isStringLiteralLike(title)) {
          titles.add(title.text);
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('x.test.ts', source, ts.ScriptTarget.Latest, false));
  return titles;
}

/** `test.skip`, `test.each(rows)`: what a call is called by, without what it is called with. */
function wordsOf(expression: ts.Expression): string[] {
  if (ts.isIdentifier(expression)) return [expression.text];
  if (ts.isCallExpression(expression)) return wordsOf(expression.expression);
  if (!ts.isPropertyAccessExpression(expression)) return [];
  return [...wordsOf(expression.expression), expression.name.text];
}
