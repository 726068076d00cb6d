/** Mounts an element for each row, made by `create(row)`. */
export const rowsOf = (create) => ({
  mount(main, rows) {
    const fragment = document.createDocumentFragment();
    for (const row of rows) fragment.append(create(row));
    main.append(fragment);
  },
  unmount(main) {
    main.replaceChildren();
  },
});
