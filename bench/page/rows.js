/** Mounts an element for each row, made by `create(row)`, each in a block of its own as in a list. */
export const rowsOf = (create) => ({
  mount(main, rows) {
    const fragment = document.createDocumentFragment();
    for (const row of rows) {
      const block = document.createElement('div');
      block.append(create(row));
      fragment.append(block);
    }
    main.append(fragment);
  },
  unmount(main) {
    main.replaceChildren();
  },
});

/** What stands in the last block: all were asked for together, so it is ready with the others. */
export const lastOf = (main) => main.lastElementChild.firstElementChild;
