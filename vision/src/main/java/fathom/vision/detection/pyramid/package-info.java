/** Feature pyramids: the maps of a network at several resolutions, on which detectors predict. */
package fathom.vision.detection.pyramid;
