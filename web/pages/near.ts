// What costs something is made when its place first comes near the window: a list may be long.

const acts = new WeakMap<Element, () => void>();

const observer = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    observer.unobserve(target);
    acts.get(target)?.();
  }
}, { rootMargin: '300px' });

export function whenNear(element: Element, act: () => void): void {
  acts.set(element, act);
  observer.observe(element);
}

export function forgetNear(element: Element): void {
  acts.delete(element);
  observer.unobserve(element);
}
