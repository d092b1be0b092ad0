// Whether anybody can see the page, and an element of it.

const hiddenListeners = new Set<() => void>();

export const pageHidden = (): boolean => typeof document !== 'undefined' && document.visibilityState === 'hidden';

/** Calls `act` when the page is hidden or seen again. */
export function onPageHidden(act: () => void): () => void {
  if (typeof document === 'undefined') return () => {};
  if (hiddenListeners.size === 0) document.addEventListener('visibilitychange', tell);
  hiddenListeners.add(act);
  return () => {
    hiddenListeners.delete(act);
    if (hiddenListeners.size === 0) document.removeEventListener('visibilitychange', tell);
  };
}

function tell(): void {
  for (const act of [...hiddenListeners]) act();
}

/** So near to the window an element counts as seen, that it is there when it is scrolled in. */
const NEAR = '200px';

/** Calls `act` when the element comes into sight or goes out of it, beginning with what it is now. */
export function watchSight(element: Element, act: (visible: boolean) => void): () => void {
  if (typeof IntersectionObserver === 'undefined') {
    act(true);
    return () => {};
  }
  const observer = new IntersectionObserver((entries) => {
    act(entries[entries.length - 1]!.isIntersecting);
  }, { rootMargin: NEAR });
  observer.observe(element);
  return () => observer.disconnect();
}
