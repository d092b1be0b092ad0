// Who listens to what. A listener that throws is reported and stops nobody else.

export type Off = () => void;

export class Listeners<Events> {
  #lists = new Map<keyof Events, Set<(event: any) => void>>();

  add<Name extends keyof Events>(name: Name, act: (event: Events[Name]) => void): Off {
    // The same function twice is two listeners.
    const own = (event: Events[Name]): void => act(event);
    const list = this.#lists.get(name) ?? new Set();
    this.#lists.set(name, list.add(own));
    return () => void list.delete(own);
  }

  tell<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const act of [...(this.#lists.get(name) ?? [])]) guarded(() => act(event));
  }

  clear(): void {
    this.#lists.clear();
  }
}

/** Calls `act`; what it throws ends up where uncaught errors do, and goes no further. */
export function guarded(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (typeof reportError === 'function') reportError(error);
    else console.error(error);
  }
}
