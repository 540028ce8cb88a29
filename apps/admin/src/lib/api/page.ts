/** One page of a list. */
export interface Page<T> {
  items: T[];
  page: number;
  perPage: number;
  totalItems: number;
  totalPages: number;
}

export const PER_PAGE = 50;
