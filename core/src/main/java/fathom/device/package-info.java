/**
 * What a writer of devices implements: a {@link fathom.device.DeviceType}, found as a service, and the {@link
 * fathom.device.DeviceMemory} of each device. What computes there are {@linkplain fathom.primitive.Backend backends}
 * that name the type.
 */
@NullMarked
package fathom.device;

import org.jspecify.annotations.NullMarked;
