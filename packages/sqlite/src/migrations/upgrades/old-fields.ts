import type { Field, JsonObject } from '@davit/domain';
import { at, flag, text, texts, whole } from './cast.ts';

/** "Any number of them", which had no number before 0.23. */
const UNLIMITED = 2_147_483_647;

const OPTIONS: Readonly<Record<string, (options: JsonObject) => JsonObject>> = {
  bool: () => ({}),
  number: ({ noDecimal, min = null, max = null }) => ({ onlyInt: flag(noDecimal), min, max }),
  text: ({ min, max, pattern, autogeneratePattern }) => ({
    primaryKey: false,
    min: whole(min),
    max: whole(max),
    pattern: text(pattern),
    autogeneratePattern: text(autogeneratePattern),
  }),
  url: domains,
  email: domains,
  editor: ({ convertUrls }) => ({ convertURLs: flag(convertUrls) }),
  date: ({ min, max }) => ({ min: text(min), max: text(max) }),
  json: ({ maxSize }) => ({ maxSize: whole(maxSize) }),
  select: ({ values, maxSelect }) => ({ values: texts(values), maxSelect: whole(maxSelect) }),
  relation: ({ collectionId, cascadeDelete, minSelect, maxSelect }) => ({
    collectionId: text(collectionId),
    cascadeDelete: flag(cascadeDelete),
    minSelect: whole(minSelect),
    maxSelect: whole(maxSelect) > 0 ? whole(maxSelect) : UNLIMITED,
  }),
  file: ({ maxSelect, maxSize, thumbs, mimeTypes, protected: isProtected }) => ({
    maxSelect: whole(maxSelect),
    maxSize: whole(maxSize),
    thumbs: texts(thumbs),
    mimeTypes: texts(mimeTypes),
    protected: flag(isProtected),
  }),
};

function domains({ exceptDomains, onlyDomains }: JsonObject): JsonObject {
  return { exceptDomains: texts(exceptDomains), onlyDomains: texts(onlyDomains) };
}

/** A field of 0.22, with its options in a box of their own, as 0.23 has it. */
export function upgradeField(old: JsonObject): Field {
  const type = text(old.type);
  const options = at(old, 'options');
  const own = OPTIONS[type]?.((options ?? {}) as JsonObject) ?? {};
  return {
    id: text(old.id),
    name: text(old.name),
    type: type as Field['type'],
    system: flag(old.system),
    hidden: false,
    presentable: flag(old.presentable),
    required: flag(old.required),
    help: '',
    ...own,
  };
}
