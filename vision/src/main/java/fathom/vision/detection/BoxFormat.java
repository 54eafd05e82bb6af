package fathom.vision.detection;

/** What the four numbers of a box are. */
public enum BoxFormat {
    /** Left, top, right, bottom. */
    XYXY,
    /** Left, top, width, height. */
    XYWH,
    /** The centre's x and y, width, height. */
    CXCYWH
}
