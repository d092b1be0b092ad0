// Small pictures that move: <chart-preview chart="…"> draws a chart without anything around it, and
// <dashboard-preview dashboard="…"> a whole dashboard, made small. Both are for the eye only: what they are of is
// said beside them.

import '../elements/live_dashboard.js';
import { holdCast, type HeldCast } from '../elements/casts.js';
import { define } from '../elements/parts/define.js';
import type { ChartView, LiveChart } from '../sdk/src/types.js';
import { takeToken, theme } from './address.js';
import { forgetNear, whenNear } from './near.js';
import { pageLocale } from './page_casts.js';

/** Of which a preview is made small: a desktop's width, so that all is in its place. */
const DASHBOARD_WIDTH_PX = 1360;
const PREVIEW_RATE = 2;

abstract class Preview extends HTMLElement {
  connectedCallback(): void {
    this.inert = true;
    this.setAttribute('aria-hidden', 'true');
    whenNear(this, () => this.show());
  }

  disconnectedCallback(): void {
    forgetNear(this);
    this.end();
  }

  protected abstract show(): void;
  protected abstract end(): void;
}

export class ChartPreview extends Preview {
  private held: HeldCast | null = null;
  private chart: LiveChart | null = null;
  private view: ChartView | null = null;

  protected show(): void {
    this.held = holdCast({ origin: location.origin, token: takeToken(), tokenUrl: null, locale: pageLocale });
    this.chart = this.held.cast.chart(this.getAttribute('chart')!, { maxRate: PREVIEW_RATE });
    this.chart.on('update', () => this.dispatchEvent(new CustomEvent('called', { detail: this.chart!.title })));
    this.chart.on('state', ({ status }) => this.setAttribute('state', status));
    const drawing = document.createElement('div');
    drawing.className = 'drawing';
    this.replaceChildren(drawing);
    this.view = this.chart.mount(drawing, { theme: theme(), titled: false });
  }

  protected end(): void {
    this.view?.destroy();
    this.chart?.destroy();
    this.held?.release();
  }
}

export class DashboardPreview extends Preview {
  private readonly resizer = new ResizeObserver(() => this.fit());

  protected show(): void {
    const dashboard = document.createElement('live-dashboard');
    dashboard.dashboard = this.getAttribute('dashboard')!;
    dashboard.origin = location.origin;
    dashboard.token = takeToken();
    dashboard.locale = pageLocale;
    dashboard.heading = 'none';
    dashboard.kiosk = true;
    const asked = theme();
    if (asked !== 'auto') dashboard.theme = asked;
    dashboard.style.width = `${DASHBOARD_WIDTH_PX}px`;
    this.replaceChildren(dashboard);
    this.resizer.observe(this);
  }

  protected end(): void {
    this.resizer.disconnect();
    this.replaceChildren();
  }

  private fit(): void {
    this.style.setProperty('--scale', String(this.clientWidth / DASHBOARD_WIDTH_PX));
  }
}

define('chart-preview', ChartPreview);
define('dashboard-preview', DashboardPreview);
