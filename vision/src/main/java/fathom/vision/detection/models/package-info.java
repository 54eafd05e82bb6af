/**
 * torchvision's detectors, with its names, shapes and results: RetinaNet, Faster R-CNN, SSD300 and FCOS, and their
 * recipes.
 */
package fathom.vision.detection.models;
