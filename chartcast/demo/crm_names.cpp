#include "demo/crm_names.hpp"

#include <array>

namespace chartcast::demo {
namespace {

struct Pair {
    std::string_view zh;
    std::string_view en;
};

constexpr std::array<Label, 5> regions{{{"east", "华东 East"},
                                        {"north", "华北 North"},
                                        {"south", "华南 South"},
                                        {"central", "华中 Central"},
                                        {"west", "西南 West"}}};

constexpr std::array<Label, 6> stages{{{"lead", "线索 Lead"},
                                       {"qualified", "商机 Qualified"},
                                       {"proposal", "方案 Proposal"},
                                       {"negotiation", "谈判 Negotiation"},
                                       {"won", "赢单 Won"},
                                       {"lost", "输单 Lost"}}};

struct City {
    Pair name;
    std::string_view region;
};

// A city stands as often as business there is brisk.
constexpr std::array<City, 24> cities{{
    {{"上海", "Shanghai"}, "east"},    {{"上海", "Shanghai"}, "east"},
    {{"杭州", "Hangzhou"}, "east"},    {{"南京", "Nanjing"}, "east"},
    {{"苏州", "Suzhou"}, "east"},      {{"宁波", "Ningbo"}, "east"},
    {{"北京", "Beijing"}, "north"},    {{"北京", "Beijing"}, "north"},
    {{"天津", "Tianjin"}, "north"},    {{"济南", "Jinan"}, "north"},
    {{"青岛", "Qingdao"}, "north"},    {{"大连", "Dalian"}, "north"},
    {{"深圳", "Shenzhen"}, "south"},   {{"深圳", "Shenzhen"}, "south"},
    {{"广州", "Guangzhou"}, "south"},  {{"厦门", "Xiamen"}, "south"},
    {{"佛山", "Foshan"}, "south"},     {{"武汉", "Wuhan"}, "central"},
    {{"长沙", "Changsha"}, "central"}, {{"郑州", "Zhengzhou"}, "central"},
    {{"合肥", "Hefei"}, "central"},    {{"成都", "Chengdu"}, "west"},
    {{"重庆", "Chongqing"}, "west"},   {{"昆明", "Kunming"}, "west"},
}};

constexpr std::array<Pair, 24> words{{
    {"云帆", "Yunfan"},    {"恒信", "Hengxin"},  {"华创", "Huachuang"}, {"远景", "Yuanjing"},
    {"金桥", "Jinqiao"},   {"新锐", "Xinrui"},   {"博达", "Boda"},      {"同方", "Tongfang"},
    {"瑞丰", "Ruifeng"},   {"汇通", "Huitong"},  {"晨光", "Chenguang"}, {"卓越", "Zhuoyue"},
    {"天成", "Tiancheng"}, {"明德", "Mingde"},   {"鼎盛", "Dingsheng"}, {"海纳", "Haina"},
    {"北辰", "Beichen"},   {"万象", "Wanxiang"}, {"启航", "Qihang"},    {"安泰", "Antai"},
    {"凌云", "Lingyun"},   {"中科", "Zhongke"},  {"泰和", "Taihe"},     {"青松", "Qingsong"},
}};

struct Trade {
    Pair name;
    std::string_view industry;
};

constexpr std::array<Trade, 10> trades{{
    {{"软件", "Software"}, "software"},
    {{"科技", "Technology"}, "software"},
    {{"制造", "Manufacturing"}, "industry"},
    {{"精密机械", "Precision Machinery"}, "industry"},
    {{"贸易", "Trading"}, "trade"},
    {{"零售", "Retail"}, "trade"},
    {{"物流", "Logistics"}, "logistics"},
    {{"医疗", "Medical"}, "health"},
    {{"教育", "Education"}, "education"},
    {{"能源", "Energy"}, "energy"},
}};

constexpr std::array<Pair, 20> surnames{{
    {"王", "Wang"}, {"李", "Li"},    {"张", "Zhang"}, {"刘", "Liu"}, {"陈", "Chen"},
    {"杨", "Yang"}, {"黄", "Huang"}, {"赵", "Zhao"},  {"吴", "Wu"},  {"周", "Zhou"},
    {"徐", "Xu"},   {"孙", "Sun"},   {"马", "Ma"},    {"朱", "Zhu"}, {"胡", "Hu"},
    {"郭", "Guo"},  {"何", "He"},    {"林", "Lin"},   {"罗", "Luo"}, {"高", "Gao"},
}};

constexpr std::array<Pair, 20> given_names{{
    {"伟", "Wei"},     {"芳", "Fang"},     {"娜", "Na"},        {"敏", "Min"},
    {"静", "Jing"},    {"磊", "Lei"},      {"洋", "Yang"},      {"艳", "Yan"},
    {"勇", "Yong"},    {"杰", "Jie"},      {"丽", "Li"},        {"涛", "Tao"},
    {"明", "Ming"},    {"超", "Chao"},     {"秀英", "Xiuying"}, {"晓东", "Xiaodong"},
    {"子涵", "Zihan"}, {"雨桐", "Yutong"}, {"浩然", "Haoran"},  {"思远", "Siyuan"},
}};

template <typename T, std::size_t Count>
const T& draw(Dice& dice, const std::array<T, Count>& things) {
    return dice.one_of(std::span<const T>(things));
}

}  // namespace

std::span<const Label> crm_regions() noexcept {
    return regions;
}

std::span<const Label> crm_stages() noexcept {
    return stages;
}

Name person_name(Dice& dice) {
    const auto& surname = draw(dice, surnames);
    const auto& given = draw(dice, given_names);
    return {std::string(surname.zh) + std::string(given.zh),
            std::string(given.en) + " " + std::string(surname.en)};
}

Company draw_company(Dice& dice) {
    const auto& city = draw(dice, cities);
    const auto& word = draw(dice, words);
    const auto& trade = draw(dice, trades);
    Company company;
    company.name.zh =
        std::string(city.name.zh) + std::string(word.zh) + std::string(trade.name.zh) + "有限公司";
    company.name.en = std::string(city.name.en) + " " + std::string(word.en) + " " +
                      std::string(trade.name.en) + " Co., Ltd.";
    company.region = city.region;
    company.industry = trade.industry;
    return company;
}

}  // namespace chartcast::demo
