// Endpoints and notifications: so far only that they exist and of which family they are.

package import CapABI

/// A meeting point for messages.
package struct Endpoint: KernelObject {
  package static var kind: ObjectKind { .endpoint }
  package static var capabilityType: CapabilityType { .endpoint }

  package var header: ObjectHeader
  /// Who answers: a receiver in user space, or the kernel with one family of operations.
  package let family: EndpointKind
}

/// A word of signal bits.
package struct Notification: KernelObject {
  package static var kind: ObjectKind { .notification }
  package static var capabilityType: CapabilityType { .notification }

  package var header: ObjectHeader
}
