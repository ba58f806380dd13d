// A JSON object read key by key. It is only accepted when all its keys were asked for, so that a
// misspelt optional key is an error and not a default.

/// The members of an object, each to be asked for by its key.
///
/// INVARIANT: `rest` holds exactly what nobody asked for yet, in the order of the text; `finish`
/// refuses it.
package struct Fields {
  private let object: Field
  private var rest: [(key: String, value: Field)]

  /// The members of `field`.
  ///
  /// - Throws: `DescriptionError.field` for anything but an object.
  package init(_ field: Field) throws(DescriptionError) {
    object = field
    rest = try field.members()
  }

  /// Takes an optional member.
  ///
  /// Keys are unique: the parser refuses an object that has one twice.
  package mutating func optional(_ key: String) -> Field? {
    guard let index = rest.firstIndex(where: { $0.key == key }) else { return nil }
    return rest.remove(at: index).value
  }

  /// Takes a required member.
  ///
  /// - Throws: `DescriptionError.field` when it is not there.
  package mutating func take(_ key: String) throws(DescriptionError) -> Field {
    guard let field = optional(key) else { throw .field(path: object.path(of: key), .missing) }
    return field
  }

  /// Refuses the first member that nobody asked for.
  ///
  /// - Throws: `DescriptionError.field`.
  package func finish() throws(DescriptionError) {
    guard let unknown = rest.first else { return }
    throw unknown.value.refused(.unknownKey)
  }
}
