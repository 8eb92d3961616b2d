'use strict';
const search = document.getElementById('search');
if (search) {
  const rows = [...document.querySelectorAll('#attention tbody tr')];
  const found = document.getElementById('found');
  const total = document.getElementById('attention').dataset.total;
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      count += row.hidden ? 0 : 1;
    }
    found.value = words.length ? `${count} of ${rows.length}` : `${total} in all`;
  };
  search.addEventListener('input', show);
  show();
}
