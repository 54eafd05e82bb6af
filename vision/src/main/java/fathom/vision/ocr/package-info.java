/**
 * Reading text in images, with the models of PP-OCR: {@link fathom.vision.ocr.Ocr}.
 *
 * @see <a href="https://arxiv.org/abs/2009.09941">Du et al., 2020: PP-OCR, a practical ultra lightweight OCR system</a>
 */
@NullMarked
package fathom.vision.ocr;

import org.jspecify.annotations.NullMarked;
