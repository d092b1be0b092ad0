// How datasets and charts come to be: from settings, from what the store kept, and anew after a reload.

#include "live/row_check.hpp"
#include "ops/log.hpp"
#include "store/epoch.hpp"
#include "viewers/owner.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace chartcast::viewers {

using socketio::LogLevel;
using socketio::Object;

namespace {

/// Rows of an earlier schema that the present one still admits.
live::DatasetImage converted(const store::LoadedDataset& loaded, const live::Schema& schema) {
    live::DatasetImage image = loaded.image;
    image.position = {store::random_epoch(), loaded.image.position.v};
    image.rows.clear();
    std::map<std::string, live::RowRef> by_key;
    for (const auto& row : loaded.image.rows) {
        Object named;
        for (std::size_t dim = 0; dim < loaded.schema.fields().size(); ++dim) {
            const auto& name = loaded.schema.fields()[dim].name;
            if (schema.dim_of(name)) named.append(name, row->cells[dim]);
        }
        live::RowErrors errors;
        auto checked = live::check_row(schema, named, 0, errors);
        if (!checked) continue;
        auto kept = live::make_row(row->seq, row->arrived, std::move(checked->cells));
        // Of two that are one row under another key, the newer one stays.
        by_key[live::key_text(schema, *kept)] = std::move(kept);
    }
    for (auto& [key, row] : by_key) image.rows.push_back(std::move(row));
    std::sort(image.rows.begin(), image.rows.end(),
              [](const auto& one, const auto& other) { return one->seq < other->seq; });
    ops::log(LogLevel::warn, "dataset has other fields than before",
             {{"dataset", loaded.id},
              {"rows kept", std::to_string(image.rows.size())},
              {"rows left out", std::to_string(loaded.image.rows.size() - image.rows.size())}});
    return image;
}

bool same_fields(const live::Schema& a, const live::Schema& b) {
    const auto equal = [](const live::Field& one, const live::Field& other) {
        return one.name == other.name && one.type == other.type;
    };
    return std::equal(a.fields().begin(), a.fields().end(), b.fields().begin(), b.fields().end(),
                      equal) &&
           a.definition().key == b.definition().key;
}

/// Entries that were applied under one give the same under the other.
bool same_rules(const live::Schema& a, const live::Schema& b) {
    const auto& one = a.definition();
    const auto& other = b.definition();
    return same_fields(a, b) && one.window.rows == other.window.rows &&
           one.window.age == other.window.age && one.window.time_field == other.window.time_field &&
           one.row_access == other.row_access && one.rows_max == other.rows_max;
}

/// Whether viewers see the rows that they saw before.
bool shown_alike(const std::vector<std::string>& datasets, const config::Settings& a,
                 const config::Settings& b) {
    const auto in = [](const config::Settings& settings, const std::string& id) {
        return std::ranges::find(settings.datasets, id, &config::DatasetSettings::id);
    };
    return std::ranges::all_of(datasets, [&](const auto& id) {
        const auto one = in(a, id);
        const auto other = in(b, id);
        return one != a.datasets.end() && other != b.datasets.end() &&
               one->definition == other->definition && one->access_claim == other->access_claim;
    });
}

}  // namespace

void Owner::make_datasets(const store::Loaded& loaded) {
    for (const auto& settings : settings_->datasets) {
        const auto found = std::find_if(loaded.datasets.begin(), loaded.datasets.end(),
                                        [&](const auto& one) { return one.id == settings.id; });
        const auto* before = found == loaded.datasets.end() ? nullptr : &*found;
        if (auto made = make_dataset(settings, before)) {
            datasets_.emplace(settings.id, std::move(made));
        }
    }
}

std::unique_ptr<OwnedDataset> Owner::make_dataset(const config::DatasetSettings& settings,
                                                  const store::LoadedDataset* before) {
    auto definition = settings.definition;
    // One that was made by its first batch has the fields that it had then, or none yet.
    if (definition.fields.empty() && before) definition.fields = before->schema.fields();
    const auto schema = live::Schema::make(std::move(definition));
    if (!schema || schema->fields().empty()) return nullptr;
    live::DatasetImage image;
    image.position = {store::random_epoch(), 0};
    if (before) {
        image = same_fields(before->schema, *schema) ? before->image : converted(*before, *schema);
    }
    auto dataset = std::make_unique<OwnedDataset>(settings, *schema, image, rooms_);
    // A log is replayed under the rules that it was written under: other rules begin with a snapshot, which
    // the store asks for.
    if (store_) {
        store_->define(settings.id, *schema);
        // The history of a new one begins now; what was before is not known to have been empty.
        if (!before) store_->snapshot(settings.id, image);
    }
    return dataset;
}

void Owner::make_charts(OwnedCharts& charts_before, const config::Settings& before) {
    charts_by_dataset_.clear();
    for (const auto& settings : settings_->charts) {
        std::vector<OwnedDataset*> datasets;
        for (const auto& id : settings.data) {
            if (auto* dataset = dataset_of(id)) datasets.push_back(dataset);
        }
        auto& chart = charts_[settings.id];
        const auto found = charts_before.find(settings.id);
        if (found != charts_before.end() && found->second->settings() == settings &&
            found->second->datasets() == datasets &&
            shown_alike(settings.data, before, *settings_)) {
            chart = std::move(found->second);
            charts_before.erase(found);
        } else {
            chart = std::make_unique<OwnedChart>(settings, datasets,
                                                 live::Position{store::random_epoch(), 0}, rooms_);
        }
        for (const auto* dataset : datasets) charts_by_dataset_[dataset].push_back(chart.get());
    }
}

void Owner::take_documents(const store::Loaded& loaded) {
    for (const auto& document : loaded.documents) {
        auto* chart = chart_of(document.id);
        if (!chart) continue;
        if (document.kind == store::Document::Kind::template_patch) {
            take_template_patches(*chart, document);
        } else if (chart->is_raw()) {
            (void)chart->adopt(document.position, document.value, document.ts);
        }
    }
}

void Owner::take_template_patches(OwnedChart& chart, const store::Document& document) {
    const auto* patches = document.value.if_array();
    if (!patches) return;
    auto changed = chart.option_template();
    for (const auto& patch : *patches) changed = changed.patched(patch);
    chart.change_template(chart.settings(), std::move(changed));
    template_patches_[chart.id()] = document;
}

// ---- A reload ----------------------------------------------------------------------------------

void Owner::reload(config::SettingsPtr settings) {
    const auto before = std::exchange(settings_, std::move(settings));
    rate_limits_.clear();
    first_frames_.clear();
    behind_charts_.clear();
    behind_datasets_.clear();
    auto datasets_before = std::exchange(datasets_, {});
    for (const auto& dataset : settings_->datasets) {
        if (auto made = remake_dataset(dataset, datasets_before)) {
            datasets_.emplace(dataset.id, std::move(made));
        }
    }
    auto charts_before = std::exchange(charts_, {});
    make_charts(charts_before, *before);
    for (auto& [id, chart] : charts_) {
        look_at_sources(*chart);
        behind_charts_.insert(chart.get());
        // The same chart, of which somebody may see less or more than before.
        const bool others_may = before->auth != settings_->auth && !charts_before.contains(id);
        if (others_may && on_refresh_) on_refresh_(id);
    }
    for (auto& [id, chart] : charts_before) {
        if (auto* successor = chart_of(id)) {
            inherit(*successor, *chart);
        } else {
            chart->let_watchers_go();
        }
        if (on_refresh_) on_refresh_(id);
    }
    retire(std::move(charts_before), std::move(datasets_before));
    for (auto& [id, dataset] : datasets_) behind_datasets_.insert(dataset.get());
    for (auto& [id, chart] : charts_) behind_charts_.insert(chart.get());
    flush_soon();
    arm_expiry();
    look_who_watches_soon();
}

std::unique_ptr<OwnedDataset> Owner::remake_dataset(const config::DatasetSettings& settings,
                                                    OwnedDatasets& before) {
    const auto found = before.find(settings.id);
    if (found == before.end() || !found->second) return make_dataset(settings, nullptr);
    auto definition = settings.definition;
    const auto& old = *found->second;
    if (definition.fields.empty()) definition.fields = old.schema().fields();
    const auto schema = live::Schema::make(std::move(definition));
    const bool thinned_alike = schema && schema->definition().downsample.has_value() ==
                                             old.schema().definition().downsample.has_value();
    if (thinned_alike && same_rules(*schema, old.schema())) {
        auto kept = std::move(found->second);
        kept->reconfigure(settings);
        return kept;
    }
    const store::LoadedDataset loaded{settings.id, old.schema(), old.state().image()};
    return make_dataset(settings, &loaded);
}

void Owner::inherit(OwnedChart& chart, OwnedChart& before) {
    chart.inherit(before);
    const auto patches = template_patches_.find(chart.id());
    if (patches != template_patches_.end() && !chart.is_raw()) {
        const auto document = patches->second;
        take_template_patches(chart, document);
    }
}

void Owner::retire(OwnedCharts charts, OwnedDatasets datasets) {
    // Their viewers still hold leases of their rooms, until they have subscribed again.
    for (auto& [id, chart] : charts) retired_charts_.push_back(std::move(chart));
    for (auto& [id, dataset] : datasets) {
        if (dataset) retired_datasets_.push_back(std::move(dataset));
    }
    forget_retired();
}

void Owner::forget_retired() {
    std::erase_if(retired_charts_, [](const auto& chart) { return !chart->has_viewers(); });
    if (!retired_charts_.empty()) return;
    std::erase_if(retired_datasets_, [](const auto& dataset) { return dataset->viewers() == 0; });
}

}  // namespace chartcast::viewers
