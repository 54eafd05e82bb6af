/**
 * The parts that detectors of regions share, with torchvision's names: anchors, coding and matching of boxes, sampling,
 * pooling over pyramids, and the preparation of images of different sizes.
 */
package fathom.vision.detection.regions;
