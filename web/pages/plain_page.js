// /plain/{chart}: the whole of what a live chart needs, as a page of your own would have it. `io` and `echarts`
// come from their own files; each option is complete, so that setOption() is all there is to do with it.

const id = location.pathname.split('/').at(-1);
const token = new URLSearchParams(location.search).get('token');

const chart = echarts.init(document.getElementById('chart'));
const socket = io(`/charts/${id}`, { auth: token ? { token } : {} });

for (const event of ['init chart data', 'new chart data']) {
  socket.on(event, (option) => chart.setOption(option));
}

addEventListener('resize', () => chart.resize());
