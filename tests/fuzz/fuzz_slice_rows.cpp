// Property: a row either adds exactly one tuple to exactly one relation's payload, with the number of
// fields that the relation has, or fails; and without keys no sealed cell ever gives plaintext.
#include "crypto/keyring.hpp"
#include "proxy/transform/open_row.hpp"
#include "proxy/transform/slice_builder.hpp"

#include <boost/assert.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace {

using namespace pgveil;
using namespace pgveil::proxy::transform;

policy::ServerOutput sealed_output() {
  policy::ServerOutput output;
  output.kind = policy::ServerOutput::Kind::Open;
  output.field = policy::FieldId{1};
  output.base_type = 25;
  return output;
}

policy::Slice two_relations() {
  policy::Slice slice;
  slice.output_count = 3;
  slice.server_values = {25};
  slice.relations.resize(2);
  slice.relations[0].columns = {{"a", 25, 1, {}}, {"b", 25, 2, sealed_output()}};
  slice.relations[1].tag = 1;
  slice.relations[1].columns = {{"c", 25, 1, {}}};
  slice.relations[1].subject_output = 2;
  return slice;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const policy::Slice kSlice = two_relations();
  static const auto kKeys = crypto::KeyringBuilder().build();
  const auto body = std::as_bytes(std::span(data, size));
  for (const ByteaForm form : {ByteaForm::Binary, ByteaForm::Text}) {
    SliceBuilder builder(kSlice, 1, *kKeys, form, {.max_slice_rows = 1, .max_slice_bytes = 1000});
    const std::size_t before =
        builder.relations()[0].copy.size() + builder.relations()[1].copy.size();
    const bool good = builder.add_row(body).has_value();
    const auto& relations = builder.relations();
    const bool tuple = relations[0].rows + relations[1].rows == 1;
    BOOST_ASSERT(!tuple || good);
    BOOST_ASSERT(!good || tuple == (relations[0].copy.size() + relations[1].copy.size() > before));
  }
  const policy::ServerOutput outputs[] = {{}, sealed_output()};
  RowOpener opener(outputs, {}, {}, *kKeys, ByteaForm::Binary);
  SubjectSet subjects(0);
  protocol::Bytes out;
  const auto opened = opener.open_row(body, out, subjects);
  BOOST_ASSERT(opened ? size >= 10 && out.size() == size + 5 : out.empty());
  return 0;
}
