import type { Request, RequestHandler, Response } from 'express';

/** What is done with every request before it is routed, and what with its end, whatever that is. */
export type Step = (req: Request, res: Response) => (() => void) | undefined;

/** Several steps as one middleware: the router looks for its way to each of those anew. */
export function everyRequest(steps: readonly Step[]): RequestHandler {
  return (req, res, next) => {
    const ends: (() => void)[] = [];
    for (const step of steps) {
      const end = step(req, res);
      if (end) ends.push(end);
    }
    if (ends.length > 0) {
      res.once('close', () => {
        for (const end of ends) end();
      });
    }
    next();
  };
}
