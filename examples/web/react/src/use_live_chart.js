// A chart in a component: `const { element, state } = useLiveChart(cast, 'orders_by_region')`, and
// `<div ref={element} />` is where it stands.
import { useEffect, useRef, useState } from 'react';

export function useLiveChart(cast, id, { theme = 'auto', onSelect } = {}) {
  const element = useRef(null);
  const select = useRef(onSelect);
  const [state, setState] = useState(null);

  // The newest function is called, without a new chart for each rendering.
  useEffect(() => {
    select.current = onSelect;
  });

  useEffect(() => {
    const chart = cast.chart(id);
    chart.on('state', setState);
    chart.on('select', (event) => select.current?.(event));
    chart.mount(element.current, { theme });
    setState(chart.state);
    return () => chart.destroy();
  }, [cast, id, theme]);

  return { element, state };
}
