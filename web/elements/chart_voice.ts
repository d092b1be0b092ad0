// What a <live-chart> says aloud: that its state changed, and rarely what is new in its rows. Values are spoken
// only by a chart that stands alone on its page, or that has the focus: twenty voices are none.

import type { ChartState, LiveChart } from '../sdk/src/types.js';
import type { Changes } from './changes.js';
import type { Announcer } from './parts/announcer.js';
import { markOf } from './parts/state_mark.js';
import { fill, refusalText, wordsFor } from './words/words.js';

const voices = new Set<ChartVoice>();

export class ChartVoice {
  private changes: Changes | null = null;

  constructor(private readonly element: HTMLElement, private readonly announcer: Announcer,
    private readonly locale: string) {
    voices.add(this);
  }

  close(): void {
    voices.delete(this);
    this.announcer.dropValues();
  }

  state(before: ChartState, now: ChartState, title: string): void {
    const words = wordsFor(this.locale);
    const mark = markOf(now);
    // The first connection is what everybody expects: only what comes after it is news.
    if (mark === markOf(before) || (mark === 'live' && before.status === 'connecting')) return;
    const reason = mark === 'refused' ? refusalText(now.code, words) : '';
    const text = fill(words.announcement[mark], { title, reason });
    // A connection is lost, and found again, for all charts at once: one of them says it.
    const shared = mark === 'reconnecting' || before.status === 'disconnected';
    this.announcer.say(text, shared ? mark : text);
  }

  values(chart: LiveChart): void {
    if (voices.size > 1 && !this.element.matches(':focus-within')) return;
    this.announcer.sayValues(async () => {
      this.changes ??= new (await import('./changes.js')).Changes();
      const values = this.changes.since(chart, this.locale);
      return values && fill(wordsFor(this.locale).announcement.values, { title: chart.title, values });
    });
  }
}
