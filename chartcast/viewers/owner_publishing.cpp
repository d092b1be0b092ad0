// The owner's side of publishing: decide, tell viewers, store, answer.

#include "live/merge_patch.hpp"
#include "ops/clock.hpp"
#include "store/epoch.hpp"
#include "viewers/infer_fields.hpp"
#include "viewers/owner.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <utility>

namespace chartcast::viewers {

using socketio::Array;
using socketio::Value;

namespace {

PublishFault fault_of(boost::system::error_code ec) {
    if (!ec) return PublishFault::none;
    return ec == store::errc::disk_full ? PublishFault::disk_full : PublishFault::store_failed;
}

/// A list of merge patches, as short as it can be.
void append_patch(Value& patches, const Value& next) {
    if (!patches.if_array()) patches = Array();
    auto& list = *patches.if_array();
    auto both = list.empty() ? std::nullopt : live::compose_merge_patches(list.back(), next);
    if (both) {
        list.back() = *std::move(both);
    } else {
        list.push_back(next);
    }
}

/// Why a source's batch was not accepted, for people.
std::string problem_of(const Published& published) {
    using live::Verdict;
    if (published.fault != PublishFault::none) return "the store could not write the batch";
    const auto verdict = published.outcome.verdict;
    if (verdict != Verdict::invalid && verdict != Verdict::missing_key) return {};
    const auto& errors = published.outcome.errors;
    std::string text = std::to_string(errors.count()) + " rows or cells are wrong";
    if (errors.kept().empty()) return text;
    const auto& first = errors.kept().front();
    text += "; the first is " + first.pointer + ": " + std::string(to_string(first.code));
    return text;
}

bool refused(const Published& published) {
    using live::Verdict;
    if (published.fault != PublishFault::none) return true;
    const auto verdict = published.outcome.verdict;
    return verdict != Verdict::changed && verdict != Verdict::unchanged &&
           verdict != Verdict::replayed;
}

}  // namespace

void Owner::publish(Publish what, Durability durability, OnPublished done) {
    std::vector<Publish> one;
    one.push_back(std::move(what));
    publish_all(
        std::move(one), false, durability,
        [done = std::move(done)](std::vector<Published> all) { done(std::move(all.front())); });
}

void Owner::publish_all(std::vector<Publish> what, bool atomic, Durability durability,
                        OnAllPublished done) {
    std::map<OwnedDataset*, live::DatasetImage> images;
    if (atomic && what.size() > 1) {
        for (const auto& part : what) {
            auto* dataset = dataset_of(part.dataset);
            if (dataset && !images.contains(dataset))
                images.emplace(dataset, dataset->state().image());
        }
    }
    std::vector<Decided> parts;
    bool any_refused = false;
    for (auto& part : what) {
        if (atomic && any_refused) {
            Decided skipped;
            skipped.published.fault = PublishFault::not_attempted;
            parts.push_back(std::move(skipped));
            continue;
        }
        parts.push_back(decide(std::move(part)));
        any_refused = any_refused || refused(parts.back().published);
    }
    if (atomic && any_refused) take_back(images, parts);
    carry_out(std::move(parts), durability, std::move(done));
}

void Owner::take_back(const std::map<OwnedDataset*, live::DatasetImage>& images,
                      std::vector<Decided>& parts) const {
    for (const auto& [dataset, image] : images) dataset->restore(image);
    for (auto& part : parts) {
        part.record.reset();
        if (!refused(part.published)) part.published.fault = PublishFault::not_attempted;
    }
}

PublishFault Owner::may_publish_now(const OwnedDataset& dataset,
                                    std::chrono::milliseconds& retry_after) {
    const auto* push = std::get_if<config::PushSource>(&dataset.settings().source);
    if (!push) return PublishFault::not_pushed;
    if (!push->rate) return PublishFault::none;
    auto& limit = rate_limits_.try_emplace(&dataset, *push->rate).first->second;
    if (limit.take(ops::steady_milliseconds())) return PublishFault::none;
    retry_after = limit.wait();
    return PublishFault::rate_limited;
}

Owner::Decided Owner::decide(Publish what) {
    Decided decided;
    auto& published = decided.published;
    ++counts_.publishes;
    auto* dataset = dataset_of(what.dataset);
    if (!dataset) {
        dataset = create(what, published.fault);
        published.created = dataset != nullptr;
        if (!dataset) return decided;
    }
    published.fault = may_publish_now(*dataset, published.retry_after);
    if (published.fault != PublishFault::none) return decided;
    const auto& key = what.entry.idempotency_key;
    if (!key.empty() && storing_.contains({dataset->id(), key})) {
        published.fault = PublishFault::in_progress;
        return decided;
    }
    decided.dataset = dataset->id();
    what.entry.ts = now_();
    published.outcome = dataset->apply(what.entry);
    published.watchers = watchers(*dataset);
    const auto verdict = published.outcome.verdict;
    const bool keeps_key = verdict == live::Verdict::unchanged && !key.empty();
    if (verdict == live::Verdict::changed || keeps_key) {
        decided.record =
            store::EntryRecord{dataset->id(), published.outcome.position, std::move(what.entry)};
    }
    return decided;
}

OwnedDataset* Owner::create(const Publish& what, PublishFault& fault) {
    fault = PublishFault::unknown_dataset;
    const auto found = std::find_if(settings_->datasets.begin(), settings_->datasets.end(),
                                    [&](const auto& one) { return one.id == what.dataset; });
    if (found == settings_->datasets.end()) return nullptr;
    auto definition = found->definition;
    definition.fields = infer_fields(what.entry.rows);
    auto schema = live::Schema::make(std::move(definition));
    if (!schema || schema->fields().empty()) {
        fault = PublishFault::no_fields;
        return nullptr;
    }
    fault = PublishFault::none;
    live::DatasetImage image;
    image.position = {store::random_epoch(), 0};
    if (store_) store_->define(what.dataset, *schema);
    auto dataset = std::make_unique<OwnedDataset>(*found, *schema, image, rooms_);
    auto* created = datasets_.emplace(what.dataset, std::move(dataset)).first->second.get();
    for (const auto& [id, chart] : charts_) {
        const auto& data = chart->settings().data;
        if (std::find(data.begin(), data.end(), what.dataset) == data.end()) continue;
        chart->add_dataset(*created);
        charts_by_dataset_[created].push_back(chart.get());
        first_frames_.forget(id);
        if (on_refresh_) on_refresh_(id);
    }
    return created;
}

void Owner::carry_out(std::vector<Decided> parts, Durability durability, OnAllPublished done) {
    std::vector<store::EntryRecord> records;
    std::set<std::string> unrecorded;
    std::vector<Published> answers;
    for (auto& part : parts) {
        if (part.record) {
            if (part.published.outcome.verdict == live::Verdict::changed) {
                note(*dataset_of(part.record->dataset), part.published.outcome.delta);
            }
            records.push_back(*std::move(part.record));
        } else if (refused(part.published)) {
            ++counts_.refused;
        } else {
            unrecorded.insert(std::move(part.dataset));
        }
        answers.push_back(std::move(part.published));
    }
    if (!store_) return done(std::move(answers));
    if (durability == Durability::memory) done(answers);
    store_all(
        std::move(records), unrecorded,
        [this, durability, answers = std::move(answers), done = std::move(done),
         begun = std::chrono::steady_clock::now()](boost::system::error_code ec) mutable {
            latencies_.publish.add(
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
            if (durability == Durability::memory) return;
            for (auto& answer : answers) {
                if (!refused(answer)) answer.fault = fault_of(ec);
            }
            done(std::move(answers));
        });
}

void Owner::store_all(std::vector<store::EntryRecord> records,
                      const std::set<std::string>& unrecorded, store::OnDone done) {
    struct Waiting {
        std::size_t count;
        boost::system::error_code first_error;
        store::OnDone done;
    };
    const std::size_t count = unrecorded.size() + (records.empty() ? 0 : 1);
    if (count == 0) return done({});
    const auto waiting = std::make_shared<Waiting>(Waiting{count, {}, std::move(done)});
    const auto one_is_done = [waiting](boost::system::error_code ec) {
        if (ec && !waiting->first_error) waiting->first_error = ec;
        if (--waiting->count == 0) waiting->done(waiting->first_error);
    };
    // What was found unchanged, or repeated, may itself be on its way to the disk.
    for (const auto& dataset : unrecorded) store_->confirm(dataset, one_is_done);
    if (records.empty()) return;
    std::vector<std::pair<std::string, std::string>> keys;
    for (const auto& record : records) {
        if (record.entry.idempotency_key.empty()) continue;
        keys.emplace_back(record.dataset, record.entry.idempotency_key);
        storing_.insert(keys.back());
    }
    store_->append(std::move(records), [this, keys, one_is_done](boost::system::error_code ec) {
        for (const auto& key : keys) storing_.erase(key);
        one_is_done(ec);
    });
}

void Owner::publish_from_source(const std::string& id, live::Operation operation, Array rows,
                                std::function<void(std::string)> done) {
    auto* dataset = dataset_of(id);
    if (!dataset) return done("there is no dataset of that name");
    live::Entry entry;
    entry.operation = operation;
    entry.rows = std::move(rows);
    entry.ts = now_();
    ++counts_.publishes;
    Decided decided;
    decided.dataset = id;
    decided.published.outcome = dataset->apply(entry);
    const auto& outcome = decided.published.outcome;
    if (outcome.verdict == live::Verdict::changed) {
        decided.record = store::EntryRecord{id, outcome.position, std::move(entry)};
    }
    std::vector<Decided> one;
    one.push_back(std::move(decided));
    carry_out(std::move(one), Durability::disk,
              [done = std::move(done)](const std::vector<Published>& all) {
                  done(problem_of(all.front()));
              });
}

// ---- Options -----------------------------------------------------------------------------------

void Owner::publish_option(OptionChange change, std::function<void(OptionChanged)> done) {
    using Verdict = OptionChanged::Verdict;
    OptionChanged answer;
    auto* chart = chart_of(change.chart);
    if (!chart) {
        answer.verdict = Verdict::unknown_chart;
        return done(answer);
    }
    if (change.idempotency_key.empty())
        return change_option(*chart, std::move(change), std::move(done));
    const std::pair key(change.chart, change.idempotency_key);
    answer.watchers = chart->plain_viewers();
    if (const auto* known = option_results_[key.first].find(key.second, now_())) {
        answer.verdict =
            known->body_hash == change.body_hash ? Verdict::replayed : Verdict::key_reused;
        answer.changed = known->changed;
        answer.position = known->position;
        return done(answer);
    }
    if (!storing_options_.insert(key).second) {
        answer.fault = PublishFault::in_progress;
        return done(answer);
    }
    live::RememberedResult result;
    result.key = key.second;
    result.body_hash = change.body_hash;
    change_option(*chart, std::move(change),
                  [this, key, result = std::move(result),
                   done = std::move(done)](const OptionChanged& changed) mutable {
                      storing_options_.erase(key);
                      const bool accepted = changed.verdict == Verdict::changed ||
                                            changed.verdict == Verdict::unchanged;
                      if (accepted && changed.fault == PublishFault::none) {
                          result.position = changed.position;
                          result.changed = changed.changed;
                          result.ts = now_();
                          option_results_[key.first].remember(std::move(result));
                      }
                      done(changed);
                  });
}

void Owner::change_option(OwnedChart& chart, OptionChange change,
                          std::function<void(OptionChanged)> done) {
    using Verdict = OptionChanged::Verdict;
    OptionChanged answer;
    answer.watchers = chart.plain_viewers();
    if (!chart.is_raw()) return change_template(chart, change, answer, std::move(done));
    answer.position = chart.raw().position();
    if (change.if_match && *change.if_match != answer.position) {
        answer.verdict = Verdict::precondition_failed;
        return done(answer);
    }
    const bool changed = change.is_patch ? chart.patch(change.value, now_())
                                         : chart.publish(std::move(change.value), now_());
    if (!changed) return done(answer);
    answer.verdict = Verdict::changed;
    answer.changed = true;
    answer.position = chart.raw().position();
    note_raw(chart);
    store_raw(chart, [answer, done = std::move(done)](boost::system::error_code ec) mutable {
        answer.fault = fault_of(ec);
        done(answer);
    });
}

void Owner::change_template(OwnedChart& chart, const OptionChange& change, OptionChanged answer,
                            std::function<void(OptionChanged)> done) {
    using Verdict = OptionChanged::Verdict;
    if (!change.is_patch) {
        answer.verdict = Verdict::not_raw;
        return done(answer);
    }
    auto& patch = template_patches_[chart.id()];
    answer.position = patch.position;
    if (change.if_match && *change.if_match != patch.position) {
        answer.verdict = Verdict::precondition_failed;
        return done(answer);
    }
    const auto before = chart.tpl();
    chart.change_template(chart.settings(), chart.option_template().patched(change.value));
    if (chart.tpl() == before) return done(answer);
    ++patch.position.v;
    patch.ts = now_();
    append_patch(patch.value, change.value);
    answer.verdict = Verdict::changed;
    answer.changed = true;
    answer.position = patch.position;
    mark_behind(chart);
    if (!store_) return done(answer);
    store_->put(patch, [answer, done = std::move(done)](boost::system::error_code ec) mutable {
        answer.fault = fault_of(ec);
        done(answer);
    });
}

void Owner::store_raw(OwnedChart& chart, std::function<void(boost::system::error_code)> done) {
    if (!store_) return done({});
    store_->put({store::Document::Kind::raw_chart, chart.id(), chart.raw().position(),
                 chart.changed_at(), chart.raw().option()},
                std::move(done));
}

}  // namespace chartcast::viewers
