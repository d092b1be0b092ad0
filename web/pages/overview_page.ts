// / and /charts: every dashboard and chart that the reader may see, each with a small picture that moves.

import { inLanguage } from '../elements/languages.js';
import '../elements/parts/notice.js';
import type { Notice } from '../elements/parts/notice.js';
import type { StateMark } from '../elements/parts/state_mark.js';
import { fill, refusalText, wordsFor } from '../elements/words/words.js';
import type { ChartcastError } from '../sdk/src/error.js';
import type { LocaleTexts } from '../sdk/src/types.js';
import { applyTheme, linkTo, parameter, setParameter } from './address.js';
import { CardList, type Card } from './card_list.js';
import { followConnection } from './connection_mark.js';
import { pageCast, pageLocale } from './page_casts.js';
import './previews.js';

interface Summary {
  readonly id: string;
  readonly title: LocaleTexts;
}

const element = <Type extends HTMLElement>(id: string) => document.getElementById(id) as Type;

const words: Record<string, string> = JSON.parse(document.body.dataset.words!);
const search = element<HTMLInputElement>('search');
const notice = element<Notice>('notice');
const list = new CardList(search, onFound);

/** A card whose whole area leads to `path`, and whose picture is an element of that name. */
function card({ id, title }: Summary, path: string, preview: string, about: string): Card {
  const made = element<HTMLTemplateElement>('card').content.cloneNode(true) as DocumentFragment;
  const article = made.querySelector('article')!;
  const link = made.querySelector('a')!;
  link.href = linkTo(path);
  link.textContent = inLanguage(title, pageLocale) ?? id;
  article.classList.add(preview);
  made.querySelector('.about')!.textContent = about;
  const picture = document.createElement(`${preview}-preview`);
  // A chart whose title is in its option says so when it is there.
  if (Object.keys(title).length === 0) {
    picture.addEventListener('called', (event) => { link.textContent = (event as CustomEvent<string>).detail; });
  }
  picture.setAttribute(preview, id);
  made.querySelector('.picture')!.append(picture);
  const text = [id, ...Object.values(title ?? {})].join(' ').toLocaleLowerCase();
  return { element: article, link, text };
}

function countText(charts: number): string {
  const form = new Intl.PluralRules(pageLocale).select(charts) === 'one' ? words.one_chart : words.charts_of;
  return fill(form, { count: String(charts) });
}

function onFound(count: number, all: number): void {
  for (const section of document.querySelectorAll<HTMLElement>('main section')) {
    section.hidden = ![...section.querySelectorAll('article')].some((article) => !article.hidden);
  }
  setParameter('q', search.value.trim() || null);
  element('found').textContent = search.value.trim() ? fill(words.found, { count: String(count) }) : '';
  say(all > 0 && count === 0 ? words.nothing_found : '', { icon: 'search', action: words.show_all, act: () => list.clear() });
}

let act: (() => void) | undefined;
notice.addEventListener('retry', () => act?.());

function say(text: string, more: { icon: Notice['icon']; action?: string; act?: () => void }): void {
  notice.hidden = !text;
  notice.text = text;
  notice.icon = more.icon;
  notice.action = more.action ?? '';
  act = more.act;
}

async function start(): Promise<void> {
  say('', { icon: '' });
  const cast = pageCast();
  followConnection(element<StateMark>('connection'), cast);
  try {
    const [dashboards, charts] = await Promise.all([cast.dashboards(), cast.charts()]);
    const boards = dashboards.map((one) => card(one, `/d/${one.id}`, 'dashboard', countText(one.charts.length)));
    const single = charts.map((one) => card(one, `/c/${one.id}`, 'chart', one.id));
    element('dashboards').replaceChildren(...boards.map((one) => one.element));
    element('charts').replaceChildren(...single.map((one) => one.element));
    element('first-steps').hidden = boards.length + single.length > 0;
    element('search-box').hidden = boards.length + single.length === 0;
    list.show([...boards, ...single]);
  } catch (error) {
    fail(error as ChartcastError);
  }
}

function fail({ code, status }: ChartcastError): void {
  const refused = status === 401 || status === 403;
  const ofElements = wordsFor(pageLocale);
  // HTTP says `token_missing` where a connection says `missing`.
  const text = refused ? refusalText(code.replace(/^token_/, ''), ofElements) : words.list_failed;
  say(text, { icon: refused ? 'refused' : 'reconnecting', action: ofElements.chart.try_again, act: () => void start() });
}

applyTheme();
for (const place of document.querySelectorAll('[data-origin]')) {
  place.textContent = place.textContent!.replaceAll('http://localhost:8080', location.origin);
}
search.value = parameter('q') ?? '';
void start();
