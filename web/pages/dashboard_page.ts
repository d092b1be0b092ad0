// /d/{dashboard}: a dashboard on the whole page, and the ways to the others.
//
//   ?kiosk          charts only    ?rotate=30s&with=ops,sales   shows the others in turn    ?theme ?token ?at ?locale

import { writeChoices, type Choices } from '../elements/dashboard/choices.js';
import { inLanguage } from '../elements/languages.js';
import '../elements/live_dashboard.js';
import type { LiveDashboardElement } from '../elements/live_dashboard.js';
import type { DashboardSummary } from '../sdk/src/types.js';
import { applyTheme, idInPath, linkTo, parameter, takeToken, theme } from './address.js';
import { pageCast, pageLocale } from './page_casts.js';
import { PushBox } from './push_box.js';

const element = <Type extends HTMLElement>(id: string) => document.getElementById(id) as Type;

applyTheme();
const id = idInPath();
const dashboard = element<LiveDashboardElement>('dashboard');
const cast = pageCast();

/** The look and the name of the page are those of the dashboard, and in kiosk mode nothing is around it. */
function follow(): void {
  const { definition, kiosk } = dashboard;
  const look = dashboard.theme || definition?.theme || 'auto';
  if (look === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = look;
  document.body.classList.toggle('kiosk', kiosk);
  const title = inLanguage(definition?.title, pageLocale) ?? definition?.id;
  if (title) document.title = title;
}

function showOthers(dashboards: readonly DashboardSummary[]): void {
  const links = dashboards.map((one) => {
    const link = document.createElement('a');
    link.href = linkTo(`/d/${one.id}`);
    link.textContent = inLanguage(one.title, pageLocale) ?? one.id;
    if (one.id === id) link.setAttribute('aria-current', 'page');
    return link;
  });
  element('others').replaceChildren(...links);
}

/** A click into another dashboard is a way of its own, which the browser's back button undoes. */
dashboard.addEventListener('cc-open', (event) => {
  const { dashboard: goal, choices } = (event as CustomEvent<{ dashboard: string; choices: Choices }>).detail;
  event.preventDefault();
  const address = new URL(linkTo(`/d/${encodeURIComponent(goal)}`), location.href);
  writeChoices(address.searchParams, choices);
  location.assign(address);
});

dashboard.addEventListener('cc-view', follow);
for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-way]')) link.href = linkTo(link.dataset.way!);

const others = parameter('with');
dashboard.token = takeToken();
dashboard.locale = parameter('locale');
if (parameter('theme') !== null) dashboard.theme = theme();
dashboard.kiosk = parameter('kiosk') !== null;
dashboard.rotate = parameter('rotate');
dashboard.dashboard = others ? `${id},${others}` : id;

const box = document.getElementById('push');
if (box?.dataset.dashboard === id) {
  box.hidden = false;
  // Nobody has a terminal on a phone; what it would do is said all the same.
  (box as HTMLDetailsElement).open = !matchMedia('(max-width: 700px)').matches;
  new PushBox(box, JSON.parse(document.body.dataset.words!)).follow(cast);
} else {
  box?.remove();
}

cast.dashboards().then(showOthers).catch(() => {
  // The ways to others are a convenience; the dashboard itself says what is wrong.
});
