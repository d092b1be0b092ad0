// The words of dashboards, beside those of the charts in words/. {braces} are filled in with `fill`.

const en = {
  variables: {
    bar: 'Filters',
    all: 'All',
    clear: 'Clear',
    clear_all: 'Clear filters',
    remove: 'Remove {value}',
    find: 'Find a value',
    empty_value: '(none)',
    no_values: 'There are no values yet.',
    nothing_found: 'No value contains that.',
    all_times: 'All times',
    last: 'Last {span}',
    since: 'Since {time}',
    until: 'Until {time}',
    from: 'From',
    to: 'To',
    apply: 'Apply',
    wrong_time: 'A time is written like 2026-11-20 9:00, and the first one comes first.',
  },
  tools: {
    more: 'More of {title}',
    share: 'Copy the link to this view',
    full_screen: 'Full screen',
    leave_full_screen: 'Leave full screen',
    kiosk: 'Kiosk: charts only',
    leave_kiosk: 'Leave kiosk mode',
    print: 'Print',
    light: 'Light',
    dark: 'Dark',
    auto: 'Colours as in the system',
    time_travel: 'Go back in time',
    time_travel_end: 'Close the time line',
  },
  grid: {
    label: 'Charts of {title}',
    loading: 'Loading the dashboard',
    empty: 'This dashboard has no panels yet.',
    unknown_dashboard: 'There is no dashboard of that name.',
    bad_id: 'That is no name of a dashboard. Names have letters, digits, hyphens and underscores, at most 64.',
  },
  announcement: {
    filtered: '{label}: {values}',
    unfiltered: '{label}: all',
  },
};

export type DashboardWords = typeof en;

const zh_CN: DashboardWords = {
  variables: {
    bar: '筛选',
    all: '全部',
    clear: '清除',
    clear_all: '清除筛选',
    remove: '移除 {value}',
    find: '查找值',
    empty_value: '（空）',
    no_values: '暂无可选值。',
    nothing_found: '没有包含该内容的值。',
    all_times: '全部时间',
    last: '最近 {span}',
    since: '{time} 起',
    until: '至 {time}',
    from: '从',
    to: '到',
    apply: '应用',
    wrong_time: '时间的格式如 2026-11-20 9:00，开始时间应早于结束时间。',
  },
  tools: {
    more: '{title}的更多操作',
    share: '复制此视图的链接',
    full_screen: '全屏',
    leave_full_screen: '退出全屏',
    kiosk: '展示模式：仅显示图表',
    leave_kiosk: '退出展示模式',
    print: '打印',
    light: '浅色',
    dark: '深色',
    auto: '颜色跟随系统',
    time_travel: '回看历史',
    time_travel_end: '关闭时间轴',
  },
  grid: {
    label: '{title}的图表',
    loading: '正在加载看板',
    empty: '此看板还没有图表。',
    unknown_dashboard: '没有这个名称的看板。',
    bad_id: '这不是有效的看板名称。名称由字母、数字、连字符和下划线组成，最多 64 个字符。',
  },
  announcement: {
    filtered: '{label}：{values}',
    unfiltered: '{label}：全部',
  },
};

export const dashboardWords = (locale: string): DashboardWords => (/^zh\b/i.test(locale) ? zh_CN : en);
