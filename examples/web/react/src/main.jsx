// A page with a live chart, what was clicked in it, and the same rows as numbers.
import { Chartcast } from 'chartcast';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

import { useLiveChart } from './use_live_chart.js';
import { useRows } from './use_rows.js';

async function token() {
  const answer = await fetch('/my/token');
  if (!answer.ok) throw new Error(`no token: ${answer.status}`);
  return answer.text();
}

const cast = Chartcast.connect(CHARTCAST_URL, { token });

function Chart({ onSelect }) {
  const { element, state } = useLiveChart(cast, 'orders_by_region', { onSelect });
  return (
    <figure>
      <div className="chart" ref={element} role="img" aria-label="Orders by region" />
      <figcaption data-state={state?.status}>The chart is {state?.status ?? 'connecting'}.</figcaption>
    </figure>
  );
}

function Totals() {
  const rows = useRows(cast, 'orders');
  return (
    <ul className="totals">
      {rows.map(({ region, amount, orders }) => (
        <li key={region}>{region} <strong>{amount}</strong> in {orders} orders</li>
      ))}
    </ul>
  );
}

function Page() {
  const [selected, setSelected] = useState(null);
  return (
    <>
      <h1>Orders</h1>
      <Chart onSelect={setSelected} />
      <p>Selected: <output>{selected?.row?.region ?? 'nothing yet'}</output></p>
      <Totals />
    </>
  );
}

createRoot(document.getElementById('page')).render(<StrictMode><Page /></StrictMode>);
