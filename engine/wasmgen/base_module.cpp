#include "wasmgen/base_module.h"

#include <cstring>
#include <string>

#include "wasm-binary.h"
#include "wasm-builder.h"

namespace loopscope {

using namespace wasm;

namespace {

constexpr uint32_t not_needed = UINT32_MAX;

Signature signature(const char* text) {
  auto types = [&](char end) {
    std::vector<Type> list;
    for (; *text != end; text++)
      list.push_back(*text == 'd' ? Type::f64 : *text == 'f' ? Type::f32 : *text == 'l' ? Type::i64 : *text == 'v' ? Type::v128 : Type::i32);
    return Type(list);
  };
  Type parameters = types(':');
  text++;
  return Signature(parameters, types('\0'));
}

uint32_t read_leb(const uint8_t*& at) {
  uint32_t value = 0;
  for (int shift = 0;; shift += 7) {
    value |= uint32_t(*at & 127) << shift;
    if (*at++ < 128) return value;
  }
}
void write_leb(std::vector<uint8_t>& out, size_t value) { U32LEB(uint32_t(value)).write(&out); }

}  // namespace

BaseModule::BaseModule(Module& blob) : blob_(blob), index_(base_import_count + base_function_count, not_needed) {
  Builder build(blob);
  auto integer = [&](uint32_t number) { return build.makeConst(Literal(int32_t(number))); };
  blob.addGlobal(Builder::makeGlobal("stack_pointer", Type::i32, integer(base_stack), Builder::Mutable));
  const char* bytes = base_data;
  for (uint32_t i = 0; i < base_segment_count; i++) {
    blob.memory.segments.emplace_back(integer(base_segments[i].address), bytes, Address(base_segments[i].size));
    bytes += base_segments[i].size;
  }
}

void BaseModule::define(const std::vector<Name>& names) {
  constexpr uint32_t needed = 0;
  std::vector<uint32_t> pending;
  for (Name name : names)
    for (uint32_t f = 0; f < base_function_count; f++)
      if (base_functions[f].name && !strcmp(base_functions[f].name, name.str)) pending.push_back(f);
  while (!pending.empty()) {
    uint32_t f = pending.back();
    pending.pop_back();
    uint32_t& index = index_[base_import_count + f];
    if (index == needed) continue;
    index = needed;
    for (uint32_t c = f ? base_functions[f - 1].calls_end : 0; c < base_functions[f].calls_end; c++)
      if (base_calls[c].callee >= base_import_count) pending.push_back(base_calls[c].callee - base_import_count);
  }
  auto& functions = blob_.functions;
  for (uint32_t i = 0; i < base_import_count; i++)
    for (uint32_t f = 0; f < functions.size(); f++)
      if (functions[f]->name == base_imports[i]) index_[i] = f;
  Builder build(blob_);
  for (uint32_t f = 0; f < base_function_count; f++) {
    uint32_t& index = index_[base_import_count + f];
    if (index == not_needed) continue;
    index = uint32_t(functions.size());
    defined_.push_back(f);
    Name name = base_functions[f].name ? Name(base_functions[f].name) : Name("base_" + std::to_string(f));
    blob_.addFunction(Builder::makeFunction(name, signature(base_functions[f].type), {}, build.makeUnreachable()));
  }
}

std::vector<uint8_t> BaseModule::code(uint32_t f) const {
  std::vector<uint8_t> out;
  uint32_t from = f ? base_functions[f - 1].code_end : 0;
  for (uint32_t c = f ? base_functions[f - 1].calls_end : 0; c < base_functions[f].calls_end; c++) {
    out.insert(out.end(), base_code + from, base_code + base_calls[c].at);
    write_leb(out, index_[base_calls[c].callee]);
    from = base_calls[c].at;
  }
  out.insert(out.end(), base_code + from, base_code + base_functions[f].code_end);
  return out;
}

std::vector<uint8_t> BaseModule::link(const std::vector<uint8_t>& written) const {
  constexpr int code_section = 10;
  const uint8_t *at = written.data() + 8, *section = at;
  while (*section != code_section) {
    at = section + 1;
    uint32_t size = read_leb(at);
    section = at + size;
  }
  at = section + 1;
  uint32_t size = read_leb(at);
  const uint8_t *bodies = at, *section_end = at + size;
  uint32_t count = read_leb(at);
  for (size_t own = count - defined_.size(); own > 0; own--) {
    uint32_t body = read_leb(at);
    at += body;
  }
  std::vector<uint8_t> linked;
  for (uint32_t f : defined_) {
    std::vector<uint8_t> body = code(f);
    write_leb(linked, body.size());
    linked.insert(linked.end(), body.begin(), body.end());
  }
  std::vector<uint8_t> out;
  out.reserve(written.size() + linked.size());
  out.assign(written.data(), section + 1);
  write_leb(out, size_t(at - bodies) + linked.size());
  out.insert(out.end(), bodies, at);
  out.insert(out.end(), linked.begin(), linked.end());
  out.insert(out.end(), section_end, written.data() + written.size());
  return out;
}

}  // namespace loopscope
