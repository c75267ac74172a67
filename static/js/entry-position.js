// [data-position]: a button takes the device's position into the form's hidden fields lon, lat and accuracy.

for (const form of document.querySelectorAll('[data-position]')) {
  const shown = form.querySelector('[data-position-shown]');
  form.querySelector('[data-position-take]').addEventListener('click', () => {
    if (!navigator.geolocation) { shown.textContent = shown.dataset.refused; return; }
    shown.textContent = '…';
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lon.value = coords.longitude;
        form.elements.lat.value = coords.latitude;
        form.elements.accuracy.value = coords.accuracy;
        shown.textContent = `${coords.longitude.toFixed(5)}, ${coords.latitude.toFixed(5)} ± ${Math.round(coords.accuracy)} m`;
      },
      () => { shown.textContent = shown.dataset.refused; },
      { enableHighAccuracy: true, timeout: 20000, maximumAge: 0 },
    );
  });
}
