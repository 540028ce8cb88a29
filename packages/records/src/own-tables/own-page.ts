/** One page of a table, by the standard list parameters. */
export interface OwnPage<T> {
  items: T[];
  page: number;
  perPage: number;
  /** -1 with `skipTotal` */
  totalItems: number;
  totalPages: number;
}
