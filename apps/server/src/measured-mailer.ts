import type { Mailer } from '@davit/domain';

export interface MailStats {
  /** on their way, or waiting for another try */
  waiting: number;
  sent: number;
  failed: number;
}

export interface MeasuredMailer extends Mailer {
  stats(): MailStats;
}

/** The same mailer, counting what becomes of its mails. */
export function measuredMailer(mailer: Mailer): MeasuredMailer {
  const stats: MailStats = { waiting: 0, sent: 0, failed: 0 };
  return {
    stats: () => ({ ...stats }),
    async send(mail, options) {
      stats.waiting++;
      try {
        await mailer.send(mail, options);
        stats.sent++;
      } catch (error) {
        stats.failed++;
        throw error;
      } finally {
        stats.waiting--;
      }
    },
    resume: (send) => mailer.resume(send),
    close: () => mailer.close(),
  };
}
