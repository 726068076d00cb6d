/** Mounts an element for each row, created by `create(row)`, each in its own block like in a list. */
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

/** The element in the last block. All were mounted together, so it is ready with the others. */
export const lastOf = (main) => main.lastElementChild.firstElementChild;
