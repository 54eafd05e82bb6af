/**
 * Object detection: boxes, anchors, non-maximum suppression, pooling of regions, detectors and their data sets.
 *
 * <p>Boxes are tensors {@code [..., 4]} of left, top, right and bottom unless a method says otherwise; whether they are
 * pixels or fractions of the image is up to the caller.
 */
package fathom.vision.detection;
