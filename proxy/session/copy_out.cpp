#include "proxy/session/copy_out.hpp"

#include "protocol/message/completion.hpp"
#include "protocol/message/copy.hpp"

namespace pgveil::proxy {

std::vector<std::int16_t> copy_formats(const CopyPlan& plan) {
  return std::vector<std::int16_t>(plan.columns.size(),
                                   plan.options.binary() ? std::int16_t{1} : std::int16_t{0});
}

CopyOut::CopyOut(const CopyPlan& plan) : plan_(&plan), encoder_(plan.options, plan.columns) {}

void CopyOut::start(protocol::Bytes& out) {
  if (started_) {
    return;
  }
  started_ = true;
  protocol::CopyResponse response;
  response.format = plan_->options.binary() ? 1 : 0;
  response.column_formats = copy_formats(*plan_);
  protocol::encode_copy_out_response(out, response);
  protocol::Bytes header;
  encoder_.header(header);
  if (!header.empty()) {
    protocol::encode_copy_data(out, header);
  }
}

bool CopyOut::row(protocol::ByteView body, protocol::Bytes& out) {
  start(out);
  if (!protocol::decode_data_row(body, cells_) || cells_.size() != plan_->columns.size()) {
    return false;
  }
  ++rows_;
  const protocol::Frame frame(out, 'd');
  encoder_.row(cells_, out);
  return true;
}

void CopyOut::finish(protocol::Bytes& out) {
  start(out);
  protocol::Bytes end;
  encoder_.end(end);
  if (!end.empty()) {
    protocol::encode_copy_data(out, end);
  }
  protocol::encode_copy_done(out);
  protocol::encode_command_complete(out, "COPY " + std::to_string(rows_));
}

}  // namespace pgveil::proxy
