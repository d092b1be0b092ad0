// What the address of a page says: which chart, for whom, in which look.

const CHART_ID = /^[A-Za-z0-9_-]{1,64}$/;

const parameters = new URLSearchParams(location.search);

// Of /c/<id> and /embed/c/<id>; nothing when it is no chart's name.
export function chartId() {
  let name;
  try {
    name = decodeURIComponent(location.pathname.split('/').at(-1));
  } catch {
    return undefined;
  }
  return CHART_ID.test(name) ? name : undefined;
}

export const token = () => parameters.get('token') || undefined;

// 'light' or 'dark' where `?theme=` settles it, as in a frame on a page that has one look only.
export const fixedTheme = () => ['light', 'dark'].find((name) => name === parameters.get('theme'));

// The page of a chart, for the same reader.
export function chartPage(id) {
  const kept = new URLSearchParams();
  for (const name of ['token', 'theme']) {
    if (parameters.has(name)) kept.set(name, parameters.get(name));
  }
  return `/c/${encodeURIComponent(id)}${kept.size > 0 ? `?${kept}` : ''}`;
}
