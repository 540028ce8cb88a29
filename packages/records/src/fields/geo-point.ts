import type { Json } from '@davit/domain';
import { parseJson } from './cast.ts';
import { REQUIRED, type FieldKind } from './field-kind.ts';

function castPoint(input: Json): { lon: number; lat: number } {
  const value = typeof input === 'string' ? (parseJson(input) ?? null) : input;
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { lon: 0, lat: 0 };
  return { lon: numberOf(value.lon), lat: numberOf(value.lat) };
}

/** Here text is no number. */
function numberOf(input: Json | undefined): number {
  return typeof input === 'number' ? input : 0;
}

export const geoPointField: FieldKind = {
  zero: () => ({ lon: 0, lat: 0 }),
  cast: castPoint,
  check(value, field) {
    const { lon, lat } = castPoint(value);
    if (lon === 0 && lat === 0) return field.required ? REQUIRED : undefined;
    if (!(lat >= -90 && lat <= 90)) {
      return {
        code: 'validation_invalid_latitude',
        message: 'Latitude must be between -90 and 90 degrees.',
      };
    }
    return lon >= -180 && lon <= 180
      ? undefined
      : {
          code: 'validation_invalid_longitude',
          message: 'Longitude must be between -180 and 180 degrees.',
        };
  },
  toColumn: (value) => JSON.stringify(castPoint(value)),
  fromColumn: castPoint,
};
