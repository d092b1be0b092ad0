// The least that a page of your own needs to show a live chart: socket.io-client and ECharts' setOption. Served as
// it is, at /plain/CHART.
const id = location.pathname.split('/').pop();
const token = new URLSearchParams(location.search).get('token') ?? undefined;
const box = document.getElementById('chart');
const chart = echarts.init(box);

// Tooltips as text: what comes with the data never becomes HTML.
const show = (option) => chart.setOption(
  option.tooltip ? { ...option, tooltip: { ...option.tooltip, renderMode: 'richText' } } : option,
);

const socket = io(`/charts/${id}`, { auth: { token } });
socket.on('init chart data', show);
socket.on('new chart data', show);
const refuse = () => {
  box.textContent = box.dataset.refused;
};
socket.on('chart:refused', refuse);
// A connection that is only lost is tried again by itself.
socket.on('connect_error', () => socket.active || refuse());
addEventListener('resize', () => chart.resize());
