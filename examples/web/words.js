// The page's own words; the component, the policy and the catalogue bring theirs.
export const WORDS = {
  en: {
    skip: 'Skip to the preview', tagline: 'a score preview in any page', title: 'What would the score be, and why?', lead: 'Pick a sample creator or drop a file of records. Change the evidence and see at once what follows. Nothing leaves this page.',
    subject: 'Creator', open: 'Open a file', samples: 'Sample creators', share: 'Copy a link', stop: 'Stop', policy: 'Policy editor', drop: 'Drop the file to open it',
    reading: 'Read {n} records, {share} of the file', opened: '{file}: {n} records of {subjects} creators', stopped: 'Stopped; what was shown before still is.', empty: 'The file holds no records.',
    tooLarge: 'The file has {found}; at most {most} are read here. Use the command `uytin` for more.', tooMany: 'The file has more than {most} records. Use the command `uytin` for more.',
    copied: 'The link is in the address bar and on the clipboard. It holds all evidence: share it with care.', shown: 'The link is in the address bar. It holds all evidence: share it with care.', linkTooLong: 'This evidence makes a link of {found} characters; at most {most} work everywhere. Share the file instead.',
    linkFault: 'This link cannot be read: {why}. The sample creators are shown instead.', linkDamaged: 'it is damaged or was cut off', linkTooMuch: 'it unpacks to more than is allowed', linkOther: 'it was made by another version',
    apply: 'The policy is valid and in use.', faults: '{n} faults. The last valid policy is in use.', form: 'Form', json: 'JSON', reference: 'Reference policy', unreadable: 'The sample creators could not be loaded: {why}',
  },
  vi: {
    skip: 'Đến bản xem thử', tagline: 'xem thử điểm trên mọi trang', title: 'Điểm sẽ là bao nhiêu, và vì sao?', lead: 'Chọn một nhà sáng tạo mẫu hoặc thả tệp bản ghi vào đây. Sửa bằng chứng và thấy ngay kết quả. Không có gì rời khỏi trang này.',
    subject: 'Nhà sáng tạo', open: 'Mở tệp', samples: 'Nhà sáng tạo mẫu', share: 'Chép liên kết', stop: 'Dừng', policy: 'Sửa chính sách', drop: 'Thả tệp để mở',
    reading: 'Đã đọc {n} bản ghi, {share} tệp', opened: '{file}: {n} bản ghi của {subjects} nhà sáng tạo', stopped: 'Đã dừng; nội dung trước vẫn giữ nguyên.', empty: 'Tệp không có bản ghi.',
    tooLarge: 'Tệp có {found}; ở đây chỉ đọc tối đa {most}. Hãy dùng lệnh `uytin`.', tooMany: 'Tệp có hơn {most} bản ghi. Hãy dùng lệnh `uytin`.',
    copied: 'Liên kết đã ở thanh địa chỉ và bộ nhớ tạm. Nó chứa toàn bộ bằng chứng: hãy chia sẻ cẩn thận.', shown: 'Liên kết đã ở thanh địa chỉ. Nó chứa toàn bộ bằng chứng: hãy chia sẻ cẩn thận.', linkTooLong: 'Bằng chứng này tạo liên kết dài {found} ký tự; tối đa {most}. Hãy chia sẻ tệp.',
    linkFault: 'Không đọc được liên kết: {why}. Hiển thị các nhà sáng tạo mẫu.', linkDamaged: 'liên kết hỏng hoặc bị cắt', linkTooMuch: 'nội dung vượt mức cho phép', linkOther: 'liên kết của phiên bản khác',
    apply: 'Chính sách hợp lệ và đang được dùng.', faults: '{n} lỗi. Đang dùng chính sách hợp lệ gần nhất.', form: 'Biểu mẫu', json: 'JSON', reference: 'Chính sách tham chiếu', unreadable: 'Không tải được nhà sáng tạo mẫu: {why}',
  },
};
