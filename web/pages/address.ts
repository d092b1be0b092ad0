// What the address of a page says: what to show, to whom, in which looks and language, and from when.

const parameters = new URLSearchParams(location.search);

/** The last part of the path: the id in /c/{chart}. Text of the reader's, which no one has checked. */
export function idInPath(): string {
  const last = location.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

export const parameter = (name: string): string | null => parameters.get(name);

/** `?theme=`; what is none is auto. */
export function theme(): 'auto' | 'light' | 'dark' {
  const asked = parameters.get('theme');
  return asked === 'light' || asked === 'dark' ? asked : 'auto';
}

/** For the style sheet of the page; elements have an attribute of their own. */
export function applyTheme(): void {
  const asked = theme();
  if (asked !== 'auto') document.documentElement.dataset.theme = asked;
}

let taken: string | null | undefined;

/**
 * `?token=`, which is taken out of the address at once: it is not for histories, screens and links that are
 * copied. A reload of this page, and only of it, finds it again.
 */
export function takeToken(): string | null {
  if (taken !== undefined) return taken;
  const given = parameters.get('token');
  taken = given ?? (history.state as { token?: string } | null)?.token ?? null;
  if (given !== null) {
    parameters.delete('token');
    writeAddress({ token: given });
  }
  return taken;
}

/** Null takes the parameter out. The page stays, and so does its place in the history. */
export function setParameter(name: string, value: string | null): void {
  if (parameters.get(name) === value) return;
  if (value === null) parameters.delete(name);
  else parameters.set(name, value);
  writeAddress(history.state);
}

function writeAddress(state: unknown): void {
  const query = parameters.size > 0 ? `?${parameters}` : '';
  history.replaceState(state, '', location.pathname + query + location.hash);
}

/** Another page of this server, for the same reader in the same looks. */
export function linkTo(path: string): string {
  const kept = new URLSearchParams();
  const token = takeToken();
  if (token) kept.set('token', token);
  for (const name of ['theme', 'locale']) {
    const value = parameters.get(name);
    if (value) kept.set(name, value);
  }
  return kept.size > 0 ? `${path}?${kept}` : path;
}
