// What a <live-dashboard> has of the server while it shows one dashboard: its connection, its definition, and the
// values that its selects offer. One that is closed is never used again; another dashboard makes another session.

import type { Dashboard } from '../../sdk/src/types.js';
import { holdCast, type HeldCast, type Wanted } from '../casts.js';
import { inLanguage } from '../languages.js';
import { Definition } from './definition.js';
import { FieldValues } from './field_values.js';

export interface SessionListener {
  /** The first one, or another one than before. */
  known(dashboard: Dashboard): void;
  failed(code: string | undefined): void;
  /** What selects offer, or what charts are called, is not what it was. */
  values(): void;
}

export class DashboardSession {
  dashboard: Dashboard | null = null;
  /** Of the charts that the viewer may see. */
  titles: ReadonlyMap<string, string> = new Map();
  private readonly held: HeldCast;
  private readonly definition: Definition;
  private fieldValues: FieldValues | null = null;

  constructor(private readonly wanted: Wanted, id: string, private readonly listener: SessionListener) {
    this.held = holdCast(wanted);
    this.definition = new Definition(this.held.cast, id, {
      known: (dashboard) => this.know(dashboard),
      failed: (code) => listener.failed(code),
    });
    this.held.cast.charts().then((charts) => {
      this.titles = new Map(charts.map(({ id, title }) => [id, inLanguage(title, wanted.locale) ?? id]));
      listener.values();
    }, () => undefined);
  }

  get values(): ReadonlyMap<string, readonly string[]> {
    return this.fieldValues?.current ?? new Map();
  }

  /** Of another dashboard, to which a click leads. */
  other(id: string): Promise<Dashboard> {
    return this.held.cast.dashboard(id);
  }

  retry(): void {
    void this.definition.load();
  }

  close(): void {
    this.fieldValues?.destroy();
    this.definition.destroy();
    this.held.release();
  }

  private know(dashboard: Dashboard): void {
    const isSame = JSON.stringify(dashboard) === JSON.stringify(this.dashboard);
    if (!isSame) {
      this.dashboard = dashboard;
      this.fieldValues?.destroy();
      this.fieldValues = new FieldValues(this.held.cast, dashboard.variables, this.wanted.locale,
        () => this.listener.values());
    }
    this.listener.known(dashboard);
  }
}
