#include "proxy/net/session_jobs.hpp"

namespace pgveil::proxy {

namespace {

/// What a service that threw has to say to the client: nothing of the exception's text.
protocol::ErrorFields internal_error() {
  return protocol::make_error("ERROR", "XX000", "pgveil could not finish this statement");
}

PlannedText plan_failed() {
  PlannedText planned;
  planned.plans = std::make_shared<const TextPlan>();
  planned.error = internal_error();
  planned.nothing_runs = true;
  return planned;
}

}  // namespace

void RunningEvaluation::on_running(std::shared_ptr<CancelToken> token) {
  const std::scoped_lock lock(mutex_);
  token_ = std::move(token);
  if (cancelled_ && token_) {
    token_->cancel();
  }
}

void RunningEvaluation::cancel() {
  const std::scoped_lock lock(mutex_);
  cancelled_ = true;
  if (token_) {
    token_->cancel();
  }
}

template <class Then>
void JobRunner::deliver(std::shared_ptr<Session> to, Then then) {
  const asio::any_io_executor executor = to->executor_;
  to->results_under_way_.fetch_add(1, std::memory_order_relaxed);
  asio::post(executor, [to = std::move(to), then = std::move(then)]() mutable {
    const bool last = to->results_under_way_.fetch_sub(1, std::memory_order_relaxed) == 1;
    if (!to->abandoned_) {
      then(*to);
      if (last) {  // else the next one does what all of them ask for
        to->perform();
      }
    }
  });
}

template <class Work, class Then>
void JobRunner::run(Work work, Then then) const {
  count(session->core_->counters.jobs_queued);
  // The guard keeps the session's loop alive until the result is there; the session itself goes back
  // to its thread with the result, so that it never ends on a worker.
  auto task = [self = session, guard = asio::make_work_guard(session->executor_),
               work = std::move(work), then = std::move(then)]() mutable {
    count_down(self->core_->counters.jobs_queued);
    auto result = work(*self->core_);
    auto back = [then = std::move(then), result = std::move(result)](Session& to) mutable {
      then(to, std::move(result));
    };
    deliver(std::move(self), std::move(back));
  };
  session->core_->workers->post(std::move(task));
}

void JobRunner::operator()(StartPlan job) const {
  const Ticket ticket = job.ticket;
  run(
      [request = std::move(job.request)](Core& core) {
        try {
          return core.services.plan(request);
        } catch (const std::exception&) {
          core.log(LogLevel::Error, "planning ended with an exception");
          return plan_failed();
        }
      },
      [ticket](Session& to, PlannedText planned) {
        to.brain_->on_planned(ticket, std::move(planned), to.actions_);
      });
}

void JobRunner::operator()(StartConvert job) const {
  const Ticket ticket = job.ticket;
  run(
      [job = std::move(job)](Core& core) {
        try {
          return core.services.evaluator->convert(job.conversions, job.settings);
        } catch (const std::exception&) {
          core.log(LogLevel::Error, "a conversion ended with an exception");
          return ConvertResult(job.conversions.size(), internal_error());
        }
      },
      [ticket](Session& to, ConvertResult converted) {
        to.brain_->on_converted(ticket, std::move(converted), to.actions_);
      });
}

void JobRunner::operator()(StartEvaluate job) const {
  const Ticket ticket = job.ticket;
  const auto running = std::make_shared<RunningEvaluation>();
  session->evaluations_[ticket] = running;
  run(
      [running, request = std::move(job.request)](Core& core) -> EvaluateResult {
        try {
          return core.services.evaluator->evaluate(request,
                                                   [running](std::shared_ptr<CancelToken> token) {
                                                     running->on_running(std::move(token));
                                                   });
        } catch (const std::exception&) {
          core.log(LogLevel::Error, "an evaluation ended with an exception");
          return internal_error();
        }
      },
      [ticket](Session& to, EvaluateResult result) {
        to.evaluations_.erase(ticket);
        to.brain_->on_evaluated(ticket, std::move(result), to.actions_);
      });
}

void JobRunner::operator()(FollowSchema job) const {
  const Ticket ticket = job.ticket;
  run(
      [job = std::move(job)](Core& core) {
        try {
          core.services.planner->schema_changed(job.statement, job.settings);
          return true;
        } catch (const std::exception&) {
          core.log(LogLevel::Error, "the twin could not follow a change of the schema");
          return false;
        }
      },
      [ticket](Session& to, bool) { to.brain_->on_schema_followed(ticket, to.actions_); });
}

/// The callback of the audit log: any thread, once, possibly before the call returns.
std::function<void(bool)> JobRunner::record_done(Ticket ticket) const {
  struct Waiting {
    explicit Waiting(std::shared_ptr<Session> waiting)
        : session(std::move(waiting)), guard(asio::make_work_guard(session->executor_)) {}

    std::shared_ptr<Session> session;
    asio::executor_work_guard<asio::any_io_executor> guard;
  };

  auto waiting = std::make_shared<Waiting>(session);
  return [waiting = std::move(waiting), ticket](bool durable) {
    auto then = [ticket, durable](Session& to) {
      if (durable) {
        to.brain_->on_audit_durable(ticket, to.actions_);
      } else {
        to.brain_->on_audit_failed(ticket, to.actions_);
      }
    };
    deliver(std::move(waiting->session), std::move(then));
    waiting->guard.reset();
  };
}

void JobRunner::operator()(RecordBegin job) const {
  session->core_->services.auditor->begin(std::move(job.record), record_done(job.ticket));
}

void JobRunner::operator()(RecordEnd job) const {
  session->core_->services.auditor->end(std::move(job.record), record_done(job.ticket));
}

void JobRunner::operator()(const FlushRecords&) const { session->core_->services.auditor->flush(); }

void JobRunner::operator()(const CancelTwin& job) const {
  const auto at = session->evaluations_.find(job.ticket);
  if (at != session->evaluations_.end()) {
    session->cancel(at->second);
  }
}

void JobRunner::operator()(const CancelUpstream&) const { session->ask_to_cancel(true); }

void JobRunner::operator()(const CloseSession&) const {
  if (!session->closing_) {
    session->begin_close();
  }
}

void Session::run_jobs() {
  if (actions_.jobs.empty()) {
    return;
  }
  std::vector<Job> jobs = std::move(actions_.jobs);
  actions_.jobs.clear();
  const JobRunner runner{shared_from_this()};
  for (Job& job : jobs) {
    std::visit([&runner](auto& one) { runner(std::move(one)); }, job);
  }
}

void Session::cancel(const std::shared_ptr<RunningEvaluation>& running) {
  // A cancel connects to the twin, so not here; and the workers may all be busy with evaluations.
  core_->login_workers->post([core = core_, running] {
    try {
      running->cancel();
    } catch (const std::exception&) {
      core->log(LogLevel::Warning, "an evaluation could not be cancelled");
    }
  });
}

void Session::cancel_evaluations() {
  for (const auto& [ticket, running] : evaluations_) {
    cancel(running);
  }
}

}  // namespace pgveil::proxy
