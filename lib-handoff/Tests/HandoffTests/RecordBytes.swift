// Single records as arrays: the way in and out that the suites of the record types share.

import Bytes
import Handoff

/// Decodes one record that begins at `base` in its file.
func decode<Value: WireRecord>(
  _ bytes: [UInt8], as type: Value.Type = Value.self, base: Int = 0
) throws(FormatError) -> Value {
  try Value(Record(bytes.span.rawBytes, base: base))
}

/// Encodes one record.
func encode<Value: WireRecord>(_ value: Value) throws(BytesError) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: Value.encodedSize)
  var span = bytes.mutableSpan
  var raw = span.mutableRawBytes
  try value.encode(into: &raw, at: 0)
  return bytes
}

extension [UInt8] {
  /// The array with some bytes replaced.
  func replacing(at offset: Int, with bytes: [UInt8]) -> [UInt8] {
    var changed = self
    changed.replaceSubrange(offset..<(offset + bytes.count), with: bytes)
    return changed
  }
}
