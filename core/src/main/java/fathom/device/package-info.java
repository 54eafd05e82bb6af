/**
 * The service provider interface of devices: a {@link fathom.device.DeviceType}, loaded as a service, and the {@link
 * fathom.device.DeviceMemory} of each device. Kernels run on the {@linkplain fathom.backend.ComputeBackend backends}
 * that name the type.
 */
@NullMarked
package fathom.device;

import org.jspecify.annotations.NullMarked;
