"""Labels of numbers that are none of ours: standing right before a number, they say it is something else."""

from __future__ import annotations

from safeguards.items.text import words

CODES = words(
    """
    주문번호, 주문, 송장번호, 운송장번호, 운송장, 송장, 접수번호, 접수, 문서번호, 관리번호, 거래번호
    승인번호, 예약번호, 사건번호, 처방전번호, 발급번호, 발행번호, 식별번호, 증서번호, 증권번호, 계약번호
    회원번호, 고객번호, 학번, 사번, 군번, 일련번호, 상품코드, 상품번호, 바코드, 모델번호, 품번, 부품번호
    제품번호, 제조번호, 자재코드, 자재번호, 자산번호, 전산번호, 시리얼, 시리얼번호, 쿠폰번호, 특허
    출원번호, 상표등록, 허가번호, 영수증번호, 매물번호, 민원번호, 조제번호, 로트번호, 시행, 버전
    타임스탬프, 에포크, order, order no, invoice, tracking, serial, s/n, part no, part number, model no
    sku, barcode, ean, gtin, isbn, epoch, timestamp, version, ticket, case no, batch, lot
    """
)
"""Order, parcel, document and product numbers."""

ACCOUNT = words(
    """
    계좌번호, 계좌, 통장, 입금계좌, 환불계좌, 은행, 농협, 수협, 신협, 새마을금고, 우체국, 토스뱅크,
    카카오뱅크, 케이뱅크, 뱅크, account no, account number, bank account
    """
)
"""Bank accounts, which share their shapes with phone and business numbers."""

CORPORATION = ("법인등록번호", "법인번호", "법인등록", "corporate registration number", "crn")
"""Corporate registration numbers: thirteen digits like a resident's."""

HEALTH_INSURANCE = ("건강보험증번호", "건강보험증", "보험증번호", "의료보험증번호", "보험증")
"""Health insurance card numbers."""
