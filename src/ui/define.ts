/** Registers a class under a tag; a page that does it twice keeps the first and hears of a different second. */
export function define(tag: string, elementClass: CustomElementConstructor, registry = customElements): void {
  const known = registry.get(tag);
  if (!known) registry.define(tag, elementClass);
  else if (known !== elementClass) {
    console.warn(
      `pipeline-elements: <${tag}> is registered already, by another copy of the package; that one is used.`,
    );
  }
}
