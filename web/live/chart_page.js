// /c/<id> and /embed/c/<id>: one chart on a whole page. `io` and `echarts` come from their own files.

import { chartId, token } from './address.js';
import { connectionFor } from './feed.js';
import { applyFixedTheme } from './look.js';
import { chartPanel, notice, refusalText } from './panel.js';
import { connectionPill } from './pill.js';

const element = (id) => document.getElementById(id);
const words = JSON.parse(document.body.dataset.words);
const language = document.documentElement.lang;
const heading = element('title');

function name({ text, subtext }) {
  if (text) document.title = text;
  if (!heading) return;
  if (text) heading.textContent = text;
  element('subtitle').textContent = subtext;
}

applyFixedTheme();
const id = chartId();
const panel = element('panel');
const showState = connectionPill(element('connection'), element('announcer'), words);
if (id === undefined) {
  showState('refused');
  notice(panel)(refusalText('bad_address', words));
} else {
  name({ text: id, subtext: '' });
  chartPanel(panel, {
    manager: connectionFor(language), id, token: token(), titled: !heading, words, language,
    onTitle: name, onState: showState,
  });
}
