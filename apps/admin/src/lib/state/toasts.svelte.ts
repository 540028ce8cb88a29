export interface Toast {
  id: number;
  kind: 'success' | 'error';
  text: string;
}

const SHOWN_MS = 6000;

/** Results of work that went on in the background. Never for form errors: those stay at their field. */
class Toasts {
  items: Toast[] = $state([]);
  #next = 1;

  success(text: string): void {
    this.#add('success', text);
  }

  error(text: string): void {
    this.#add('error', text);
  }

  dismiss(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id);
  }

  #add(kind: Toast['kind'], text: string): void {
    const id = this.#next++;
    this.items.push({ id, kind, text });
    if (this.items.length > 4) this.items.shift();
    setTimeout(() => this.dismiss(id), kind === 'error' ? SHOWN_MS * 2 : SHOWN_MS);
  }
}

export const toasts: Toasts = new Toasts();
