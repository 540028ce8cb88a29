import {
  autocompletion,
  closeBrackets,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import {
  HighlightStyle,
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { forceLinting, lintGutter, linter, type Diagnostic } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { validateManifest } from '#lib/manifest/validate.ts';
import { fromYaml } from '#lib/manifest/yaml.ts';
import { hintsAt } from '#lib/manifest/hints.ts';

export interface Editor {
  setText(text: string): void;
  setErrors(errors: Record<string, string>): void;
  close(): void;
}

const look = EditorView.theme({
  '&': {
    height: '100%',
    fontSize: '13px',
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
  },
  '&.cm-focused': { outline: '2px solid var(--accent-text)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--subtle)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { backgroundColor: 'color-mix(in oklch, var(--accent) 30%, transparent)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--surface)',
    color: 'var(--text)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    boxShadow: 'var(--float)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--accent-soft)',
    color: 'var(--accent-text)',
  },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent-text)' },
  { tag: [tags.string, tags.content], color: 'var(--text)' },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: 'var(--degraded)' },
  { tag: tags.comment, color: 'var(--subtle)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator, tags.meta], color: 'var(--muted)' },
]);

/** A YAML editor with completion and errors at their place. */
export function createEditor(
  parent: HTMLElement,
  text: string,
  onchange: (text: string) => void,
): Editor {
  let serverErrors: Record<string, string> = {};
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        indentOnInput(),
        indentUnit.of('  '),
        bracketMatching(),
        closeBrackets(),
        yaml(),
        syntaxHighlighting(colours),
        autocompletion({ override: [complete], icons: false }),
        lintGutter(),
        linter((current) => diagnose(current.state.doc.toString(), serverErrors), { delay: 300 }),
        EditorView.contentAttributes.of({ 'aria-label': 'Manifest as YAML' }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          serverErrors = {};
          onchange(update.state.doc.toString());
        }),
        // ⌘Enter belongs to the form around
        keymap.of([
          { key: 'Mod-Enter', run: () => true, stopPropagation: false },
          ...completionKeymap,
          ...historyKeymap,
          indentWithTab,
          ...defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter'),
        ]),
        look,
      ],
    }),
  });
  return {
    setText(next) {
      const current = view.state.doc.toString();
      if (next !== current)
        view.dispatch({ changes: { from: 0, to: current.length, insert: next } });
    },
    setErrors(errors) {
      serverErrors = errors;
      forceLinting(view);
    },
    close: () => view.destroy(),
  };
}

async function diagnose(text: string, server: Record<string, string>): Promise<Diagnostic[]> {
  const { manifest, problems, rangeOf } = fromYaml(text);
  if (manifest === undefined)
    return problems.map((problem) => ({ ...problem, severity: 'error' as const }));
  const errors = { ...(await validateManifest(manifest)), ...server };
  return Object.entries(errors).map(([path, message]) => {
    const [from, to] = rangeOf(path);
    return { from, to, message, severity: 'error' as const };
  });
}

function complete(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const word = /[\w-]*$/.exec(line.text.slice(0, context.pos - line.from))?.[0] ?? '';
  if (word === '' && !context.explicit) return null;
  const options = hintsAt(context.state.doc.toString(), context.pos);
  if (options.length === 0) return null;
  return { from: context.pos - word.length, options, validFor: /^[\w-]*$/ };
}
